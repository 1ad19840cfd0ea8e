package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.ScoredFrame;
import dev.residua.dashboard.LiveHistory.Seen;
import dev.residua.dashboard.LiveViews.ForecastView;
import dev.residua.dashboard.LiveViews.LastFrame;
import dev.residua.intervention.ForecastReport.ForecastRange;
import dev.residua.monitor.InnovationStage;
import dev.residua.testing.DynamicEquations;
import dev.residua.testing.Scored;
import dev.residua.testing.Visits;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForecastResourceTest {
  private static final CausalGraph GRAPH = CausalGraph.empty(List.of("a", "b", "c", "d"));
  private static final int FRAMES = 60;

  private static InnovationStage innovations;

  private final LiveHistory history = new LiveHistory();
  private final ForecastResource resource = new ForecastResource(history, () -> Visits.OWNER);

  @BeforeAll
  static void calibrate() {
    innovations = DynamicEquations.innovations();
  }

  @BeforeEach
  void send() {
    history.model("model-1", GRAPH, FactorScales.NONE, 0, innovations, null);
    for (int t = 0; t < FRAMES; t++) {
      history.scored(frame("tank/cam1", t), true);
    }
  }

  private static ScoredFrame frame(String source, int t) {
    return Scored.nominal().source(source).residuals(1, 0.01f * t, 0.01f * (t - 2), 0).frame(t);
  }

  private ForecastView forecast(String ahead, String set, String limit) {
    Response response = resource.of("tank/cam1", ahead, set, limit);
    assertThat(response.getStatus()).as(String.valueOf(response.getEntity())).isEqualTo(200);
    return (ForecastView) response.getEntity();
  }

  /** The second node integrates 0.05 of the first per second. */
  @Test
  void shouldLookAheadFromTheLastFrame() {
    // When
    ForecastView view = forecast("20s", "a:1", "b:1.1,c:-5");

    // Then
    assertThat(view.at()).isEqualTo(Scored.time(FRAMES - 1).toEpochMilli());
    assertThat(view.seconds()).isCloseTo(20, within(1e-9));
    assertThat(view.latents()).extracting("latent").containsExactly("a", "b", "c", "d");
    assertThat(view.latents()).extracting("set").containsExactly(true, false, false, false);
    assertThat(view.latents().get(1).now()).isCloseTo(0.59, within(1e-6));
    List<ForecastRange> times = view.latents().get(1).times();
    assertThat(times).hasSize(40);
    ForecastRange last = times.get(39);
    double start = times.get(0).median();
    assertThat(last.seconds()).isCloseTo(20, within(1e-9));
    assertThat(last.median() - start).isCloseTo(19.5 * 0.05, within(0.06));
    assertThat(last.low()).isLessThan(last.median());
    assertThat(last.high()).isGreaterThan(last.median());
    assertThat(view.limits()).extracting("latent").containsExactly("b", "c");
    assertThat(view.limits().get(0).medianSeconds()).isBetween(5.0, 14.0);
    assertThat(view.limits().get(0).sentence()).startsWith("b reaches 1.10 in about ");
    assertThat(view.limits().get(1).sentence())
        .isEqualTo("c reaches -5.00 within 20 s in 0 % of futures");
  }

  @Test
  void shouldChooseTheLengthIfNoneIsGiven() {
    assertThat(forecast("", "", "").seconds()).isCloseTo(120 * DynamicEquations.STEP, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1h; ''; ''; must be from one frame, 0.05 s, to ",
        "0s; ''; ''; must be from one frame",
        "99999999d; ''; ''; must be from one frame",
        "soon; ''; ''; query parameter ahead: invalid duration 'soon'",
        "1s; x:1; ''; query parameter set is 'x:1', expected such as a:1.5, of a, b, c, d",
        "1s; ''; b; query parameter limit is 'b'",
        "1s; ''; b:NaN; query parameter limit is 'b:NaN'"
      })
  void shouldSayWhatIsWrongWithARequest(String ahead, String set, String limit, String sentence) {
    // When
    Response response = resource.of("tank/cam1", ahead, set, limit);

    // Then
    assertThat(response.getStatus()).isEqualTo(400);
    assertThat((String) response.getEntity()).contains(sentence);
  }

  @Test
  void shouldSayThatItKnowsNothingOfASource() {
    // When
    Response response = resource.of("tank/cam2", "", "", "");

    // Then
    assertThat(response.getStatus()).isEqualTo(404);
    assertThat((String) response.getEntity())
        .contains("nothing is known of the source 'tank/cam2'");
  }

  @Test
  void shouldSayThatTheEquationsUseNoEarlierFrames() {
    // Given
    history.model("model-1", GRAPH, FactorScales.NONE, 0, null, null);
    history.scored(frame("tank/cam1", FRAMES), true);

    // When
    Response response = resource.of("tank/cam1", "", "", "");

    // Then
    assertThat(response.getStatus()).isEqualTo(404);
    assertThat((String) response.getEntity())
        .contains("no equation of model model-1 uses earlier frames: train it on a sequence");
    assertThat(longestForecast()).isNull();
  }

  /** As the monitor sees it: an expectation from the frames before. */
  @Test
  void shouldShowWhatTheEquationsExpectOverTime() {
    // Given
    InnovationStage twin = innovations.fresh();
    ScoredFrame last = twin.next(frame("tank/cam1", 0), false);
    for (int t = 1; t < FRAMES; t++) {
      last = twin.next(frame("tank/cam1", t), false);
    }

    // When
    LastFrame shown =
        history
            .source(Visits.OWNER, "tank/cam1", Seen.NOTHING, Scored.time(FRAMES))
            .orElseThrow()
            .view()
            .last();

    // Then
    assertThat(last.expected()[1]).isNotZero();
    for (int i = 0; i < 4; i++) {
      assertThat(shown.readings().get(i).expected()).isCloseTo(last.expected()[i], within(1e-3));
      assertThat(shown.standardized().get(i))
          .isCloseTo(last.statistics().standardized()[i], within(1e-3));
    }
    assertThat(longestForecast()).isEqualTo(75.0);
  }

  /** A source of its own: the frames of another do not reach it. */
  @Test
  void shouldKeepSourcesApart() {
    // Given
    history.scored(frame("tank/cam2", 0), true);

    // When
    ForecastView other = (ForecastView) resource.of("tank/cam2", "1s", "", "").getEntity();

    // Then
    assertThat(other.latents().get(1).now()).isCloseTo(0, within(1e-6));
  }

  private Double longestForecast() {
    return history
        .source(Visits.OWNER, "tank/cam1", Seen.NOTHING, Scored.time(FRAMES))
        .orElseThrow()
        .view()
        .longestForecast();
  }
}
