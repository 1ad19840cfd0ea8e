package dev.residua;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.cli.console.AddedCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Writes the manual pages as AsciiDoc, from which {@code .ci/man} makes those of {@code man}. */
@Tag("slow")
class ManPagesTest {
  private static final Path FOLDER = Path.of("target/man/asciidoc");

  @Test
  void shouldWriteAPageForEveryCommand() throws Exception {
    // Given
    Files.createDirectories(FOLDER);
    try (Stream<Path> old = Files.list(FOLDER)) {
      for (Path page : old.toList()) {
        Files.delete(page);
      }
    }
    CommandLine program = Residua.commandLine();
    ServiceLoader.load(AddedCommands.class).stream()
        .flatMap(added -> added.get().commands().stream())
        .map(command -> command.getAnnotation(CommandLine.Command.class).name())
        .forEach(program.getCommandSpec()::removeSubcommand);

    // When
    int exit =
        ManPageGenerator.generateManPage(
            FOLDER.toFile(), null, new boolean[0], false, program.getCommandSpec());

    // Then
    assertThat(exit).isZero();
    List<CommandSpec> commands =
        ResiduaTest.commandsOf(program)
            .map(CommandLine::getCommandSpec)
            .filter(ManPagesTest::isShown)
            .toList();
    for (CommandSpec command : commands) {
      assertThat(Files.readString(page(command)))
          .contains("= %s(1)\n".formatted(command.qualifiedName("-")))
          .contains(
              command.options().stream()
                  .filter(option -> !option.hidden())
                  .map(OptionSpec::longestName)
                  .toList());
    }
    try (Stream<Path> written = Files.list(FOLDER)) {
      assertThat(written)
          .containsExactlyInAnyOrderElementsOf(commands.stream().map(ManPagesTest::page).toList())
          .contains(FOLDER.resolve("residua-dataset-generate.adoc"))
          .doesNotContain(FOLDER.resolve("residua-training-job.adoc"))
          .doesNotContain(FOLDER.resolve("residua-bench.adoc"));
    }
  }

  private static Path page(CommandSpec command) {
    return FOLDER.resolve(command.qualifiedName("-") + ".adoc");
  }

  /** Returns true if neither the command nor one that it belongs to is hidden. */
  private static boolean isShown(CommandSpec command) {
    return !command.usageMessage().hidden()
        && (command.parent() == null || isShown(command.parent()));
  }
}
