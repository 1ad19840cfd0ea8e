package dev.residua.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class UsageErrorsTest {
  private static List<String> refused(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine line = Residua.commandLine();
    line.setErr(new PrintWriter(err, true));
    assertThat(line.execute(arguments)).isEqualTo(2);
    return err.toString().lines().toList();
  }

  @Test
  void shouldSayWhichCommandWasMeant() {
    assertThat(refused("trian"))
        .containsExactly(
            "residua: residua has no command 'trian'; did you mean train?",
            "residua: see residua --help");
    assertThat(refused("model", "shwo"))
        .containsExactly(
            "residua: residua model has no command 'shwo'; did you mean show?",
            "residua: see residua model --help");
    assertThat(refused("nonsense").get(0)).doesNotContain("did you mean");
  }

  @Test
  void shouldSayWhichOptionWasMeant() {
    assertThat(refused("train", "--data=x", "--out=y", "--lables=3"))
        .containsExactly(
            "residua: residua train has no option --lables=3; did you mean --labels?",
            "residua: see residua train --help");
  }

  @Test
  void shouldSayWhatIsMissingWithoutTheWholeUsage() {
    assertThat(refused("train"))
        .containsExactly(
            "residua: Missing required options: '--data=DIR', '--out=FILE.residua'",
            "residua: see residua train --help");
  }

  @Test
  void shouldSayWhatADurationLooksLike() {
    assertThat(refused("model", "promote", "x", "--reason=r", "--wait=soon").get(0))
        .contains("invalid duration 'soon', expected one such as 2h");
  }

  @Test
  void shouldListEveryCommandInOneGroup() {
    // Given
    List<String> shown =
        Residua.commandLine().getSubcommands().entrySet().stream()
            .filter(one -> !one.getValue().getCommandSpec().usageMessage().hidden())
            .map(java.util.Map.Entry::getKey)
            .toList();
    // When, Then
    assertThat(HelpPages.grouped()).containsExactlyInAnyOrderElementsOf(shown);
    String help = Residua.commandLine().getUsageMessage();
    assertThat(shown).allMatch(name -> help.contains("\n  " + name));
  }

  @ParameterizedTest
  @CsvSource({"silence, --for=2h", "accept-normal, --reason=x", "source learn, --reason=x"})
  void shouldApplyToNoSourceByAccident(String command, String option) {
    List<String> arguments = new java.util.ArrayList<>(List.of(command.split(" ")));
    arguments.add(option);
    assertThat(refused(arguments.toArray(new String[0])).get(0))
        .isEqualTo("residua: say which sources: --sources REGEX, or --all");
  }
}
