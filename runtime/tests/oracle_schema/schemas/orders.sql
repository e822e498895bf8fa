rem ---------------------------------------------------------------
rem  Order system. Don't run as SYS.
rem ---------------------------------------------------------------
define owner = SHOP
set echo on feedback on -
    verify off
connect &owner

drop table ord_lin cascade constraints purge;

/* Sites; natural keys (it's a habit) */
create table &&owner..site (
  site_cd   char(3)      constraint site_pk primary key,   -- 'AMS', 'BER'
  tz        varchar2(40) default 'Europe/Amsterdam' not null,
  opened    date         default to_date('01.01.2000', 'DD.MM.YYYY'),
  geo       mdsys.sdo_geometry
) tablespace shop_data storage (initial 1m next 1m) pctfree 5
/

create table SHOP.cust
( cust_no    number(8)      not null
, nam        varchar2(40)   default q'!n/a; it's unknown!'
, cr_lim     number(10, -2)
, last_ord   date           default sysdate
, vip        varchar(1)     default 'N' check (vip in ('Y','N')) not null
, mail       character varying (120)
, nick       national character varying(30)
, since      timestamp
, constraint cust_pk primary key (cust_no) using index tablespace shop_idx
);

comment on table shop.cust is 'Customers''s master data';
comment on column shop.cust.vip is 'Y or N;
';

create table shop.prd (
  prd_cd varchar2(20) primary key,
  dsc    varchar2(4000 byte),
  prc    number(9,4) default 0 not null,
  prc_vat as (round(prc * 1.21, 2)),
  prc_txt varchar2(20) generated always as (to_char(prc, '999,990.00')) virtual not null,
  wgt    binary_float,
  vol    double precision,
  stk    int default on null 0,
  flags  raw(16)
) organization index including wgt overflow;

create table shop.ord (
  site_cd   char(3) not null references shop.site,
  order_no  number(10) not null,
  cust_no   constraint ord_cust_fk references shop.cust (cust_no) on delete cascade,
  ord_dt    date not null,
  stat      char(2) default 'NW',
  remark    long,
  primary key (site_cd, order_no),
  constraint stat_ck check (stat in ('NW', 'SH', 'CN') or (stat = ')' and remark is not null)) disable
)
partition by range (ord_dt)
subpartition by list (stat) subpartition template (subpartition nw values ('NW'), subpartition rest values (default))
( partition p2024 values less than (to_date('2025-01-01', 'YYYY-MM-DD')) tablespace t24,
  partition pmax  values less than (maxvalue)
)
enable row movement;

create table shop.ord_lin (
  site_cd   char(3),
  order_no  number(10),
  lin_no    integer,
  prd_cd    varchar2(20),
  qty       number default 1 not null,
  amt       numeric(12,2),
  "Discount %" decimal(5,2),
  constraint ord_lin_pk primary key (site_cd, order_no, lin_no),
  constraint ord_lin_ord_fk foreign key (site_cd, order_no) references shop.ord,
  constraint ord_lin_prd_fk foreign key (prd_cd) references shop.prd (prd_cd) deferrable initially deferred
)
partition by reference (ord_lin_ord_fk);

create table shop.prc_hist (prd_cd varchar2(20), from_ts timestamp(9), prc number(9,4)) partition by hash (prd_cd) partitions 8 store in (a, b);
alter table shop.prc_hist add primary key (prd_cd, from_ts);
alter table shop.prc_hist add foreign key (prd_cd) references shop.prd;

create table shop.stk (site_cd char(3), prd_cd varchar2(20), qty number(*,3));
alter table shop.stk modify (site_cd not null, prd_cd constraint stk_prd_nn not null);
alter table shop.stk add (counted date default sysdate not null, counted_by varchar2(30));
alter table shop.stk add note varchar2(100) add constraint stk_pk primary key (site_cd, prd_cd);
alter table shop.stk modify note varchar2(400 char);
alter table shop.stk rename column note to remark;
alter table shop.stk drop column counted_by;

create table shop.inv (inv_no number(12) primary key, site_cd char(3), order_no number(10), tot number(14,2), vat_rt number(3,5));
alter table shop.inv add constraint inv_ord_fk foreign key (site_cd, order_no) references shop.ord (site_cd, order_no) enable novalidate;

create table shop.pay (
  pay_id raw(16) default sys_guid() primary key,
  inv_no number(12) references shop.inv,
  at     timestamp(6) with time zone default systimestamp at time zone 'UTC',
  amt    number(14,2)
);

create table shop.log (at timestamp(3), txt varchar2(4000), took interval day to second, lvl smallint);

create global temporary table shop.tmp_load (txt varchar2(4000), n number) on commit preserve rows;
create private temporary table ora$ptt_x (n number) on commit drop definition;

create table shop.ext_prices (
  prd_cd varchar2(20),
  prc    number(9,4)
)
organization external (
  type oracle_loader
  default directory data_dir
  access parameters (
    records delimited by newline
    badfile data_dir:'prices.bad' -- "bad" ones
    fields terminated by ';' optionally enclosed by '"' ldrtrim
    missing field values are null
    ( prd_cd char(20), prc char(20) )
  )
  location ('prices.csv')
)
reject limit unlimited parallel;

create table shop.ord_2020 as select * from shop.ord where ord_dt < date '2021-01-01';
create table shop.ord_arch for exchange with table shop.ord;

create or replace view shop.ord_tot (site_cd, order_no, total constraint ord_tot_nn unique rely disable novalidate)
as
select site_cd, order_no, sum(amt)
  from shop.ord_lin
 group by site_cd, order_no
with check option constraint ord_tot_ck;

create or replace no force view vip as
with v as (select cust_no from cust where vip = 'Y')
select * from v
/

create sequence shop.inv_seq start with 1 nocache;
create unique index shop.cust_mail_ix on shop.cust (lower(mail)) online compute statistics;
create index prd_dsc_ix on shop.prd (dsc) indextype is ctxsys.context parameters ('sync (on commit)');
create public synonym orders for shop.ord;
create public database link hq.example.com connect to "hq" identified by "s3cret" using 'HQ';
create or replace directory data_dir as '/data';

create or replace package shop.pricing as
  procedure reprice (p in varchar2 default 'x;');
  function half (n number) return number;
end pricing;
/
show errors
create or replace package body shop.pricing as
  procedure reprice (p in varchar2 default 'x;') is
  begin
    execute immediate '
create table shop.tmp_reprice (n number)';
    if p is null then null; end if;
    <<again>>
    loop exit again; end loop;
  end;
  function half (n number) return number is begin return case when n > 0 then n / 2 end; end;
end pricing;
create or replace trigger shop.ord_ddl after create or alter on schema
begin null; end;
/
begin
  dbms_stats.gather_schema_stats('SHOP');
end;
/
insert into shop.site (site_cd, tz) values ('BER', 'Europe/Berlin; it''s');
commit;
grant select on shop.ord to reporting;
@more/indexes.sql
exit
