package oracle.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;

/** Hands Oracle's URLs, jdbc:oracle:thin:@//HOST:PORT/SERVICE, to PostgreSQL's driver: what plays Oracle is PostgreSQL. */
public class OracleDriver implements Driver {
  private static final String PREFIX = "jdbc:oracle:thin:@";

  static {
    try {
      DriverManager.registerDriver(new OracleDriver());
    } catch (SQLException error) {
      throw new ExceptionInInitializerError(error);
    }
  }

  private Driver postgres() throws SQLException {
    try {
      return (Driver) Class.forName("org.postgresql.Driver", true, OracleDriver.class.getClassLoader()).newInstance();
    } catch (Exception error) {
      throw new SQLException("PostgreSQL's driver is not on the class path: " + error);
    }
  }

  private static String translated(String url) {
    String rest = url.substring(PREFIX.length());
    return "jdbc:postgresql://" + (rest.startsWith("//") ? rest.substring(2) : rest);
  }

  public boolean acceptsURL(String url) {
    return url != null && url.startsWith(PREFIX);
  }

  public Connection connect(String url, Properties information) throws SQLException {
    return acceptsURL(url) ? postgres().connect(translated(url), information) : null;
  }

  public DriverPropertyInfo[] getPropertyInfo(String url, Properties information) {
    return new DriverPropertyInfo[0];
  }

  public int getMajorVersion() {
    return 19;
  }

  public int getMinorVersion() {
    return 0;
  }

  public boolean jdbcCompliant() {
    return false;
  }

  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }
}
