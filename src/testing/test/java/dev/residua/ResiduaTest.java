package dev.residua;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.process.ProgramName;
import dev.residua.cli.console.HelpPages;
import dev.residua.cli.serve.ServeCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ResiduaTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  static Stream<CommandLine> commands() {
    return commandsOf(Residua.commandLine());
  }

  static Stream<CommandLine> commandsOf(CommandLine program) {
    List<CommandLine> all = new ArrayList<>();
    collect(program, all);
    return all.stream();
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(child -> collect(child, all));
  }

  @Test
  void shouldReadTheOptionsOfTheCommandThatIsAskedForOnly() {
    // When
    List<Class<?>> serve = Residua.asked("serve", "--roles", "score");
    // Then
    assertThat(serve).containsExactly(ServeCommand.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"srve", "--help", "completion"})
  void shouldReadTheOptionsOfAllCommandsWhereTheyAreNeeded(String argument) {
    // When
    List<Class<?>> all = Residua.asked(argument);
    // Then
    assertThat(all).hasSize(Residua.commandLine().getSubcommands().size());
    assertThat(Residua.asked()).isEqualTo(all);
  }

  @Test
  void shouldPutTheNameOfTheProgramIntoEveryCommandThatPeopleType() {
    assertThat(Residua.commandLine().getSubcommands().entrySet())
        .filteredOn(command -> !command.getValue().getCommandSpec().usageMessage().hidden())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrderElementsOf(ProgramName.COMMANDS);
  }

  @Test
  void shouldRunTheOneCommandThatIsAskedFor() {
    // When
    int code = Residua.execute("serve", "--no-such-option");
    // Then
    assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldDescribeEveryCommandAndOption(CommandLine command) {
    // Given
    CommandLine.Model.CommandSpec spec = command.getCommandSpec();
    // Then
    assertThat(spec.usageMessage().description()).as(spec.qualifiedName()).isNotEmpty();
    assertThat(spec.optionsMap()).as(spec.qualifiedName()).containsKey("--help");
    for (CommandLine.Model.OptionSpec option : spec.options()) {
      assertThat(option.description())
          .as("%s %s", spec.qualifiedName(), option.longestName())
          .isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldNameAPageThatHelpsWithEveryCommand(CommandLine command) {
    // Given
    boolean shown = !command.getCommandSpec().usageMessage().hidden();
    boolean whole = command.getParent() == null || command.getCommandName().equals("completion");
    // When
    java.util.Optional<String> page = HelpPages.of(command);
    // Then
    if (shown && !whole) {
      assertThat(page).as(command.getCommandSpec().qualifiedName()).isPresent();
      assertThat(java.nio.file.Path.of(page.orElseThrow())).isRegularFile();
      assertThat(command.getUsageMessage()).contains("More: " + page.orElseThrow());
    }
  }

  @Test
  void shouldCompleteCommandsAndOptions() {
    // When
    int exit = run("completion");
    // Then
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("complete -F _complete_residua")
        .contains("accept-normal")
        .contains("--false-alarms-per-week")
        .doesNotContain("training-job");
  }

  @Test
  void shouldSayInOneLineWhatIsWrongAndInAnotherWhatHelps() {
    // When
    int exit = run("model", "show", "no-such-file.residua");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "residua: model bundle no-such-file.residua does not exist\n"
                + "residua: see src/docs/models.md\n");
  }

  @Test
  void shouldSayWhereAnErrorCameFromWhenAsked() {
    // When
    int exit = run("--stacktrace", "model", "show", "no-such-file.residua");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("\tat dev.residua.model.ModelBundle");
  }

  @Test
  void shouldRefuseAnUnknownOptionWithTheUsage() {
    // When
    int exit = run("topics", "create", "--partition", "3");
    // Then
    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).contains("--partition");
  }

  @Test
  void shouldRefuseASpeedThatNoCameraHas() {
    // When
    int exit = run("demo", "--speed", "0");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("--speed must be from 0.1 to 100 but was 0.0");
  }
}
