package dev.residua.app.process;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Builds command lines that start this program again. */
public final class SelfLauncher {
  private static final String MAIN = "dev.residua.Main";

  /** A jar in the folder of every built product. */
  private static final String GENERATED =
      File.separator + "quarkus" + File.separator + "generated-bytecode.jar";

  /** Folders of a built product, next to its jar; the launcher names the same ones. */
  private static final List<String> TRAINING_CLASS_PATH =
      List.of("quarkus", "app", "lib/boot", "lib/main", "lib/training");

  private SelfLauncher() {}

  /** Version of the product, as the build wrote it into the jar. */
  public static String version() {
    String version = SelfLauncher.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /**
   * Starts the product's command line; its arguments follow.
   *
   * @param jvmOptions of the new process
   */
  public static List<String> command(List<String> jvmOptions) {
    String program = System.getProperty("java.class.path");
    return java(
        jvmOptions,
        builtProduct(program)
            .map(folder -> List.of("-jar", Path.of(folder, "quarkus-run.jar").toString()))
            .orElse(List.of("-cp", program, MAIN)));
  }

  /** As {@link #command}, with the training libraries on the class path. */
  public static List<String> trainingCommand(List<String> jvmOptions) {
    String program = System.getProperty("java.class.path");
    String classPath = builtProduct(program).map(SelfLauncher::trainingClassPath).orElse(program);
    return java(jvmOptions, List.of("-cp", classPath, MAIN));
  }

  /** The folder of the built product that a class path is of; empty in a test. */
  static Optional<String> builtProduct(String classPath) {
    if (isPackaged(classPath)) {
      return Optional.of(String.valueOf(Path.of(classPath).toAbsolutePath().getParent()));
    }
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(entry -> entry.endsWith(GENERATED))
        .map(entry -> entry.substring(0, entry.length() - GENERATED.length()))
        .map(folder -> Path.of(folder).toAbsolutePath().toString())
        .findFirst();
  }

  /** The class path of training commands, for a product that was built into a folder. */
  public static String trainingClassPath(String folder) {
    return TRAINING_CLASS_PATH.stream()
        .map(jars -> folder + File.separator + jars + File.separator + "*")
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean isPackaged(String program) {
    return program.endsWith(".jar") && !program.contains(File.pathSeparator);
  }

  private static List<String> java(List<String> jvmOptions, List<String> program) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseG1GC");
    command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(jvmOptions);
    command.addAll(program);
    return command;
  }
}
