package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.Summary;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.monitor.Backtest.Opening;
import dev.residua.monitor.BacktestComparison;
import dev.residua.monitor.BacktestComparison.Pair;
import dev.residua.monitor.BacktestComparison.Side;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonReportTest {
  private static final String BUDGET = "residua.incidents.false-alarms-per-week";

  @TempDir Path folder;

  private Path none() {
    return folder.resolve("none.properties");
  }

  private BacktestSettings settings(String... lines) throws Exception {
    Path file = Files.write(folder.resolve("strict.properties"), List.of(lines));
    return BacktestSettings.read(file.toString(), none());
  }

  private static Opening opening(String source, long opened, String latent) {
    return new Opening(
        source,
        opened,
        opened + 40,
        latent,
        new Summary("Light deviates from its causes", "light deviates by 3 of 2"));
  }

  private ComparisonReport report(boolean labelled) throws Exception {
    return new ComparisonReport(
        BacktestSettings.read(".", none()),
        settings(BUDGET + "=0.1", "residua.scoring.threads=2"),
        new BacktestComparison(
            new Side(3, 1.5, 1, 0.5, 4, 3, 12, 2, 3, Map.of("drift RESIDUAL_ONSET", 3)),
            new Side(2, 1, 0, 0, 4, 2, 20.5, 2, 2, Map.of()),
            List.of(new Pair(opening("cam1", 100, "light"), opening("cam1", 107, "gravity"))),
            List.of(opening("cam1", 900, "light"), opening("cam2", 50, "light")),
            List.of()),
        24_000_000,
        labelled,
        List.of(12_096_000.0, 120_960_000.0));
  }

  @Test
  void shouldReadWhatDiffersFromTodaysSettings() throws Exception {
    // When
    BacktestSettings today = BacktestSettings.read(".", none());
    BacktestSettings strict = settings(BUDGET + "=0.1", "residua.scoring.threads=2");

    // Then
    assertThat(strict.config().incidents().falseAlarmsPerWeek()).isEqualTo(0.1);
    assertThat(strict.config().incidents().framesPerSecond()).isEqualTo(20);
    assertThat(today.differences(strict)).containsExactly(BUDGET);
    assertThat(today.differences(today)).isEmpty();
    assertThat(strict.unused()).containsExactly("residua.scoring.threads");
  }

  @Test
  void shouldBuildOnTheFileOfTheServer() throws Exception {
    // Given
    Path server =
        Files.writeString(
            folder.resolve("application.properties"),
            BUDGET + "=3\nresidua.incidents.flap-limit=7\n");
    Path file = Files.writeString(folder.resolve("b.properties"), BUDGET + "=0.1\n");

    // When
    BacktestSettings today = BacktestSettings.read(".", server);
    BacktestSettings changed = BacktestSettings.read(file.toString(), server);

    // Then
    assertThat(today.config().incidents().falseAlarmsPerWeek()).isEqualTo(3);
    assertThat(changed.config().incidents().falseAlarmsPerWeek()).isEqualTo(0.1);
    assertThat(changed.config().incidents().flapLimit()).isEqualTo(7);
  }

  @Test
  void shouldRefuseANameThatIsNoSetting() {
    assertThatThrownBy(() -> settings("residua.incidents.false-alarm-per-week=1"))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining("did you mean " + BUDGET + "?");
  }

  @Test
  void shouldShowBothNextToEachOther() throws Exception {
    // When
    List<String> lines = report(true).lines(80);

    // Then
    assertThat(lines)
        .contains(
            "A: today's settings",
            "24,000,000 frames                             A                  B",
            "frames per false alarm               12,096,000        120,960,000",
            "incidents                                     3                  2",
            "false incidents                               1                  0",
            "events detected                          3 of 4             2 of 4",
            "  mean delay in frames                     12.0               20.5",
            "  cause named                            2 of 3             2 of 2",
            BUDGET + ": 1 in A, 0.1 in B",
            "called by A: drift RESIDUAL_ONSET 3",
            "called by B: nothing",
            "only A opens: 2",
            "  cam1 #900 to #940  Light deviates from its causes",
            "only B opens: none",
            "both open: 1, B 7.0 frames later on average",
            "  cam1 #100 to #140  A names light, B gravity");
    assertThat(lines.stream().filter(line -> !line.contains(folder.toString())))
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void shouldLeaveOutWhatNeedsLabels() throws Exception {
    assertThat(String.join("\n", report(false).lines(80)))
        .contains("only A opens: 2")
        .doesNotContain("false incidents", "detected", "called by");
  }

  @Test
  void shouldBeReadByPrograms() throws Exception {
    assertThat(Json.of(report(true).json()))
        .contains(
            "\"frames\" : 24000000",
            "\"falsePerSourceAndWeek\" : 0.5",
            "\"" + BUDGET + "\" : \"0.1\"",
            "\"later\" : 7",
            "\"meanLater\" : 7.0");
  }
}
