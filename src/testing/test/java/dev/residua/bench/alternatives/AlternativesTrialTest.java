package dev.residua.bench.alternatives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.bench.alternatives.AlternativesTrial.Method;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorModel;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class AlternativesTrialTest {
  private static final DriftSettings SHORT = DriftSettings.DEFAULTS.withSimulation(50, 2_560);
  private static final double RUN_LENGTH = 1e6;

  private static List<byte[]> play(String json, int count) throws Exception {
    ImageShape shape = new ImageShape(64, 64, 3);
    ScenarioStream stream = new ScenarioStream(Scenario.parse(json, "scenario"), shape);
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] picture = new byte[shape.size()];
      stream.next(picture, 0);
      pictures.add(picture);
    }
    return pictures;
  }

  private static AlternativesTrial trial(ScoringModel scoring, ModelBundle bundle, int usual)
      throws Exception {
    MonitorModel monitored =
        BundleOpener.monitor(
            bundle, AnomalySettings.DEFAULTS, RUN_LENGTH, IncidentSettings.DEFAULTS);
    return new AlternativesTrial(
        scoring,
        monitored,
        play("{\"scene\": \"pendulum\", \"noise\": \"usual\", \"seed\": 8}", usual),
        SHORT,
        1,
        done -> {});
  }

  @Test
  void shouldCompareWhatAllMethodsMakeOfARecording() throws Exception {
    // Given a shadow that is two noise deviations too long from frame 128 on
    ModelBundle bundle = Models.read(Optional.empty());
    List<byte[]> pictures =
        play(
            """
            {"scene": "pendulum", "noise": "usual", "seed": 9, "frames": 256, "events": [
              {"kind": "offset", "node": "shadow_length", "at": 128, "frames": 128, "size": 2}]}
            """,
            256);
    try (ScoringModel scoring = BundleOpener.scoring(bundle, 1)) {
      // When
      AlternativesTrial.Result result =
          trial(scoring, bundle, 1_500)
              .run(List.of(new Recording("offset", "shadow_length", pictures, 128)));

      // Then
      Map<Method, AlternativesTrial.Row> rows =
          result.rows().stream()
              .collect(Collectors.toMap(AlternativesTrial.Row::method, Function.identity()));
      assertThat(rows).hasSize(Method.values().length);
      AlternativesTrial.Row product = rows.get(Method.RESIDUA);
      assertThat(product.detected()).isEqualTo(1);
      assertThat(product.named()).isEqualTo(1);
      assertThat(product.delay()).isBetween(0.0, 40.0);
      assertThat(rows.get(Method.PATCHES).named()).isZero();
      // One in 10,000 recordings of 128 frames has a false alarm of one of the five
      assertThat(result.rows()).allMatch(row -> row.falseAlarms() == 0);
      assertThat(result.usualFrames()).isEqualTo(128);
      assertThat(result.microseconds().values()).hasSize(5).allMatch(time -> time > 0);
    }
  }

  @Test
  void shouldRefuseFramesThatDoNotArmTheProduct() throws Exception {
    // Given
    ModelBundle bundle = Models.read(Optional.empty());
    try (ScoringModel scoring = BundleOpener.scoring(bundle, 1)) {
      AlternativesTrial trial = trial(scoring, bundle, 600);
      // When / Then: it would miss everything, for another reason than the reader thinks
      assertThatIllegalStateException()
          .isThrownBy(() -> trial.run(List.of()))
          .withMessageContaining("after 600 usual frames the source is not watched yet");
    }
  }

  @Test
  void shouldRefuseTooFewUsualFrames() throws Exception {
    // Given
    ModelBundle bundle = Models.read(Optional.empty());
    try (ScoringModel scoring = BundleOpener.scoring(bundle, 1)) {
      // When / Then
      assertThatIllegalArgumentException()
          .isThrownBy(() -> trial(scoring, bundle, 599))
          .withMessageContaining("at least 600, but there are 599");
    }
  }
}
