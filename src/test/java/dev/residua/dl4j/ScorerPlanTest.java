package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import onnx.Onnx;
import org.junit.jupiter.api.Test;

/** What a plan computes is tested where one is run. */
class ScorerPlanTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 3);

  @Test
  void shouldFindAllLayersInOrder() {
    // Given
    byte[] scorer = RandomScorers.complete(IMAGE, 3);
    // When
    NetworkPlan plan = ScorerPlan.of(scorer, IMAGE, 3);
    // Then
    assertThat(plan.encoder())
        .extracting(NetworkLayer::out)
        .containsExactly(32, 64, 64, 128, 128, 3);
    assertThat(plan.encoder())
        .extracting(NetworkLayer::relu)
        .containsExactly(true, true, true, true, true, false);
    assertThat(plan.decoder())
        .extracting(NetworkLayer::out)
        .containsExactly(128, 128, 256, 64, 32, 48);
    assertThat(plan.decoder().get(3)).isInstanceOf(NetworkLayer.Deconvolution.class);
    assertThat(plan.correction()).isNotNull();
    assertThat(plan.equations().latents()).isEqualTo(3);
  }

  @Test
  void shouldHaveNoCorrectionWhereTheScorerHasNone() {
    // Given
    byte[] scorer = RandomScorers.of(IMAGE, 2, 1);
    // When
    NetworkPlan plan = ScorerPlan.of(scorer, IMAGE, 2);
    // Then
    assertThat(plan.correction()).isNull();
  }

  @Test
  void shouldRefuseAnOperatorThatItDoesNotKnow() throws Exception {
    // Given a scorer with another activation
    Onnx.ModelProto.Builder model =
        Onnx.ModelProto.parseFrom(RandomScorers.of(IMAGE, 2, 1)).toBuilder();
    for (Onnx.NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
      if (node.getName().equals("enc2.a")) {
        node.setOpType("Elu");
      }
    }
    byte[] other = model.build().toByteArray();
    // When
    // Then
    assertThatThrownBy(() -> ScorerPlan.of(other, IMAGE, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has an operator Elu between 'centred' and 'code', expected Conv");
  }

  @Test
  void shouldRefuseAnotherNumberOfLatentsAndWhatIsNoModel() {
    // Given
    byte[] scorer = RandomScorers.of(IMAGE, 2, 1);
    // When
    // Then
    assertThatThrownBy(() -> ScorerPlan.of(scorer, IMAGE, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'equation.intercept', expected 3");
    assertThatThrownBy(() -> ScorerPlan.of(new byte[] {1, 2, 3}, IMAGE, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an ONNX model");
  }
}
