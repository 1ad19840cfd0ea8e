package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.Latent;
import dev.residua.model.ModelFinding.Aspect;
import dev.residua.testing.Bundles;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelFindingTest {
  private static final List<ModelFinding> FINDINGS =
      List.of(
          new ModelFinding(Aspect.NAMES, "the frames do not determine light: 90 % is missed"),
          new ModelFinding(Aspect.INDEPENDENCE, "shadow has no noise of its own"));

  private static ModelBundle bundle(byte[] lines) {
    return Bundles.empty("m").with(ModelBundle.FINDINGS, lines);
  }

  private static ModelBundle again(ModelBundle bundle) throws BadBundleException {
    return ModelBundle.read(new ByteArrayInputStream(bundle.toBytes()), "test");
  }

  @Test
  void shouldTravelInTheBundle() throws Exception {
    // When, Then
    assertThat(again(bundle(ModelFinding.toLines(FINDINGS))).findings()).isEqualTo(FINDINGS);
    assertThat(again(Bundles.empty("m")).findings()).isEmpty();
  }

  @Test
  void shouldChangeNamesWithTheLatents() {
    // When
    ModelBundle renamed =
        bundle(ModelFinding.toLines(FINDINGS))
            .renamed(List.of(new Latent(0, "names", true), new Latent(1, "lamp", true)));
    // Then
    assertThat(ModelFinding.sentences(renamed.findings()))
        .containsExactly(
            "the frames do not determine names: 90 % is missed", "lamp has no noise of its own");
    assertThat(renamed.renamed(Bundles.empty("m").manifest().latents()).findings())
        .isEqualTo(FINDINGS);
  }

  @Test
  void shouldRefuseABundleWhoseFindingsCannotBeRead() {
    assertThatThrownBy(
            () -> again(bundle("colour: it is green\n".getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("training/findings.txt")
        .hasMessageContaining("colour: it is green");
  }

  @Test
  void shouldRefuseAFindingWithoutOneSentence() {
    assertThatThrownBy(() -> new ModelFinding(Aspect.NAMES, " "))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ModelFinding(Aspect.NAMES, "a\nb"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
