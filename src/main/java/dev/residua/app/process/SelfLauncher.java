package dev.residua.app.process;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this program is started once more. */
public final class SelfLauncher {
  private SelfLauncher() {}

  /** Version of the product, as the build wrote it into the jar. */
  public static String version() {
    String version = SelfLauncher.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /**
   * A command line up to the place where the product's own command follows.
   *
   * @param jvmOptions of the new process
   */
  public static List<String> command(List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseG1GC");
    command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(jvmOptions);
    String program = System.getProperty("java.class.path");
    command.addAll(
        program.endsWith(".jar") && !program.contains(File.pathSeparator)
            ? List.of("-jar", program)
            : List.of("-cp", program, "dev.residua.Main"));
    return command;
  }
}
