package dev.residua.cli.console;

import java.util.List;
import java.util.ServiceLoader;

/** Commands that another jar on the class path adds; found by {@link ServiceLoader}. */
public interface AddedCommands {
  /** Classes of the commands, each with picocli's {@code Command}. */
  List<Class<?>> commands();
}
