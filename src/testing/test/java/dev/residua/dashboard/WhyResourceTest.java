package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dashboard.LiveViews.ReasonView;
import dev.residua.dashboard.LiveViews.ReasonsView;
import dev.residua.frame.SceneName;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.testing.ModelsInMemory;
import dev.residua.testing.Scored;
import dev.residua.testing.Visits;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Facts that the dashboard has, and reasons about models. */
class WhyResourceTest {
  private final LiveHistory history = new LiveHistory();
  private final LiveModels models = new LiveModels();
  private final ModelsInMemory store = new ModelsInMemory();
  private final WhyResource resource =
      new WhyResource(
          history,
          models,
          new RuleCommandWriter(),
          () -> Visits.OWNER,
          Clock.fixed(Scored.time(2), ZoneOffset.UTC));

  private void model(
      String id,
      Instant at,
      @Nullable String verdict,
      List<String> findings,
      @Nullable String acceptedBy) {
    store.write(
        new Entry(
            id,
            SceneName.DEFAULT,
            "digest",
            null,
            at,
            "ann",
            1,
            "",
            1,
            null,
            verdict,
            Map.of(),
            findings,
            acceptedBy));
    models.store((ModelStore) store);
  }

  private List<ReasonView> reasons() {
    history.scored(Scored.nominal().source("tank/cam1").frame(1), true);
    Response response = resource.of("tank/cam1");
    assertThat(response.getStatus()).isEqualTo(200);
    ReasonsView view = (ReasonsView) response.getEntity();
    assertThat(view.source()).isEqualTo("tank/cam1");
    return view.reasons();
  }

  @Test
  void shouldSayThatItKnowsNothingOfASource() {
    // When
    Response response = resource.of("tank/cam2");
    // Then
    assertThat(response.getStatus()).isEqualTo(404);
    assertThat((String) response.getEntity())
        .contains("nothing is known of the source 'tank/cam2'");
  }

  @Test
  void shouldSayThatNothingIsWrong() {
    assertThat(reasons())
        .containsExactly(
            new ReasonView(
                "quiet", "it is watched, and nothing keeps incidents from opening", List.of()));
  }

  @Test
  void shouldNamePropertiesThatTheModelInUseCannotRead() {
    // Given an older model that has them too
    model("model-0", Scored.time(-9), null, List.of("cannot read lamp"), "kim");
    model("model-1", Scored.time(-5), null, List.of("cannot read valve"), "kim");
    // When
    List<ReasonView> reasons = reasons();
    // Then
    assertThat(reasons)
        .containsExactly(
            new ReasonView(
                "model",
                "the model in use was accepted although its training found: cannot read valve",
                List.of("residua model show model-1")));
  }

  @Test
  void shouldSayWhyANewerModelIsNotUsed() {
    // Given
    model("model-1", Scored.time(-9), null, List.of(), null);
    model("model-2", Scored.time(-7), "promoted: it is better", List.of(), null);
    model("model-3", Scored.time(-6), "refused: model-3 does not replace model-1", List.of(), null);
    model("model-4", Scored.time(-5), null, List.of("cannot read valve"), null);
    // When
    List<ReasonView> reasons = reasons();
    // Then
    assertThat(reasons)
        .extracting(ReasonView::sentence)
        .containsExactly(
            "the newer model model-4 is not used, since its training found: cannot read valve",
            "the newer model model-3 is not used: model-3 does not replace model-1");
    assertThat(reasons.get(0).commands())
        .containsExactly("residua model promote model-4 --scene default --accept --reason TEXT");
  }
}
