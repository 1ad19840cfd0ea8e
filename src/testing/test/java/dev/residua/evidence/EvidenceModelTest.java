package dev.residua.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.model.Models;
import dev.residua.app.web.ModelPictures;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.PixelMask;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.Subject;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.runtime.BundleOpener;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.ModelsInMemory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pictures of the model that ships, against those that the pages draw on request. */
class EvidenceModelTest {
  private static final int LIGHT = 1;
  private static final int SHADOW_LENGTH = 2;

  private static ModelBundle bundle;
  private static ImageShape shape;
  private static byte[] pixels;
  private static LatentBatch scores;
  private static EvidenceModel model;
  private static final ModelPictures PICTURES = new ModelPictures();

  @BeforeAll
  static void scoreAFrame() throws Exception {
    bundle = Models.read(Optional.empty());
    shape = bundle.manifest().image();
    pixels = new byte[shape.size()];
    new ScenarioStream(Scenario.nominal(new Pendulum(), List.of(0.5, 0.4), 3, 0), shape)
        .next(pixels, 0);
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
      scores = scorer.score(FrameInputs.of(pixels, 1));
    }
    model = Models.evidence(bundle);
    PICTURES.open(ModelsInMemory.of(bundle));
  }

  @AfterAll
  static void close() {
    model.close();
    PICTURES.close();
  }

  /** The latents as the causes explain them: pendulum and light are roots. */
  private static float[] explained() {
    float[] latents = scores.expected().clone();
    latents[0] = scores.observed()[0];
    latents[LIGHT] = scores.observed()[LIGHT];
    return latents;
  }

  @Test
  void shouldDrawWhereTheDeviationOfAMechanismShows() throws Exception {
    // When
    Map<Kind, byte[]> drawn =
        model.draw(
            Subject.latent("shadow_length", false), pixels, PixelMask.NONE, name -> Double.NaN);
    // Then
    BufferedImage frame = ImageIO.read(new ByteArrayInputStream(drawn.get(Kind.FRAME)));
    for (int p = 0; p < shape.width() * shape.height(); p++) {
      int rgb = frame.getRGB(p % shape.width(), p / shape.width());
      assertThat((byte) (rgb >> 16)).isEqualTo(pixels[3 * p]);
      assertThat((byte) (rgb >> 8)).isEqualTo(pixels[3 * p + 1]);
      assertThat((byte) rgb).isEqualTo(pixels[3 * p + 2]);
    }
    assertThat(drawn.get(Kind.EXPECTED)).isEqualTo(PICTURES.decoded(bundle.id(), explained()));
    assertThat(drawn.get(Kind.HEATMAP))
        .isEqualTo(
            PICTURES.heatmap(bundle.id(), scores.observed(), scores.expected(), SHADOW_LENGTH));
  }

  @Test
  void shouldExpectTheUsualValueOfARootThatIsTheSubject() throws Exception {
    // Given
    float[] usual = explained();
    usual[LIGHT] = scores.expected()[LIGHT];
    // When
    Map<Kind, byte[]> drawn =
        model.draw(Subject.latent("light", true), pixels, PixelMask.NONE, name -> Double.NaN);
    // Then
    assertThat(drawn.get(Kind.EXPECTED))
        .isEqualTo(PICTURES.decoded(bundle.id(), usual))
        .isNotEqualTo(PICTURES.decoded(bundle.id(), explained()));
    assertThat(drawn.get(Kind.HEATMAP))
        .isEqualTo(PICTURES.heatmap(bundle.id(), scores.observed(), scores.expected(), LIGHT));
  }

  @Test
  void shouldDrawWhereTheWholePictureDiffersIfNoLatentIsTheSubject() throws Exception {
    for (Subject subject :
        List.of(Subject.PICTURE, Subject.UNDETERMINED, Subject.latent("of another model", false))) {
      // When
      Map<Kind, byte[]> drawn = model.draw(subject, pixels, PixelMask.NONE, name -> Double.NaN);
      // Then
      assertThat(drawn.get(Kind.EXPECTED)).isEqualTo(PICTURES.decoded(bundle.id(), explained()));
      assertThat(drawn.get(Kind.HEATMAP)).isEqualTo(difference());
    }
  }

  /** As the page of a source draws it, which reads the frame from Kafka. */
  private static byte[] difference() throws Exception {
    float[] both = new float[2 * shape.size()];
    for (int i = 0; i < shape.size(); i++) {
      both[i] = (pixels[i] & 0xFF) / 255f;
    }
    try (OnnxLatentDecoder decoder =
        new OnnxLatentDecoder(Models.read(Optional.empty()).network())) {
      System.arraycopy(decoder.decode(explained(), 1), 0, both, shape.size(), shape.size());
    }
    return PictureFiles.difference(both, shape);
  }

  @Test
  void shouldDrawOnlyTheFrameOfAFaultOfTheCameraAndNothingOfSilence() {
    assertThat(
            model.draw(
                new Subject(Subject.Kind.SENSOR, "dark"),
                pixels,
                PixelMask.NONE,
                name -> Double.NaN))
        .containsOnlyKeys(Kind.FRAME);
    assertThat(model.draw(Subject.SILENCE, pixels, PixelMask.NONE, name -> Double.NaN)).isEmpty();
  }
}
