-- The shop's Oracle database, as the PostgreSQL that plays it has it: numeric(p,s) stands for NUMBER(p,s), varchar(n) for
-- VARCHAR2(n CHAR), timestamp(0) for DATE, text for CLOB.
CREATE SCHEMA "SHOP";

CREATE TABLE "SHOP"."ACCOUNTS" (
  "ACCOUNT_ID" numeric(10,0) PRIMARY KEY,
  "NAME" varchar(60) NOT NULL,
  "OPENED" timestamp(0) NOT NULL,
  "CREDIT_LIMIT" numeric(12,2),
  "DISCOUNT" numeric,
  "COUNTRY" char(2),
  "NOTE" text
);
COMMENT ON TABLE "SHOP"."ACCOUNTS" IS 'Who may order, one row an account';

CREATE TABLE "SHOP"."ORDERS" (
  "ORDER_ID" numeric(12,0) PRIMARY KEY,
  "ACCOUNT_ID" numeric(10,0) NOT NULL REFERENCES "SHOP"."ACCOUNTS",
  "ORDERED_AT" timestamp(6) NOT NULL,
  "CDS" numeric(5,0) NOT NULL,
  "AMOUNT" numeric(10,2) NOT NULL CHECK ("AMOUNT" >= 0),
  "STATUS" varchar(12) NOT NULL DEFAULT 'NEW'
);

-- Without a key: each row is kept as it was written.
CREATE TABLE "SHOP"."ORDER_LOG" (
  "ORDER_ID" numeric(12,0) NOT NULL,
  "STATUS" varchar(12) NOT NULL,
  "LOGGED_AT" timestamptz(6) NOT NULL DEFAULT clock_timestamp()
);

-- PostgreSQL gives both queries back as Oracle would; with a condition or a join they would have its own words and parentheses.
CREATE VIEW "SHOP"."ORDER_AMOUNTS" AS
  SELECT "ORDER_ID", "AMOUNT" FROM "SHOP"."ORDERS";

-- So that there is something for a person to do.
CREATE VIEW "SHOP"."ORDERS_BY_STATUS" AS
  SELECT "STATUS", count(*) AS "ORDERS", sum("AMOUNT") AS "AMOUNT" FROM "SHOP"."ORDERS" GROUP BY "STATUS";

CREATE SEQUENCE "SHOP"."ORDER_IDS";

INSERT INTO "SHOP"."ACCOUNTS" VALUES
  (900001, 'Zoë Åkerström', '1996-12-31 23:59:59', 1500.00, 0.125, 'SE', 'Orders by letter; wants gift wrapping.'),
  (900002, 'O''Brien & Daughters', '1997-01-01 00:00:00', NULL, NULL, 'IE', NULL);
