package dev.residua.cli.console;

import picocli.CommandLine.IVersionProvider;

/** Version of the product, as the build wrote it into the jar. */
public final class Version implements IVersionProvider {
  private static final String UNPACKAGED = "development";

  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? UNPACKAGED : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "residua " + current(),
      "Java "
          + System.getProperty("java.version")
          + ", "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }
}
