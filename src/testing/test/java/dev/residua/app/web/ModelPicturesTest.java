package dev.residua.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.model.Models;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.dashboard.Pictures.UnavailableException;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.ModelsInMemory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the model that ships. */
class ModelPicturesTest {
  private static final int SHADOW_LENGTH = 2;

  private static ModelBundle bundle;
  private static ImageShape shape;
  private static byte[] pixels;
  private static LatentBatch scores;

  private final ModelPictures pictures = new ModelPictures();

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
  }

  @AfterEach
  void close() {
    pictures.close();
  }

  private static BufferedImage read(byte[] png) throws Exception {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(shape.width());
    assertThat(image.getHeight()).isEqualTo(shape.height());
    return image;
  }

  @Test
  void shouldDrawAFrameFromItsLatentsAsTheScorerDoes() throws Exception {
    // Given
    pictures.open(ModelsInMemory.of(bundle));
    // When
    BufferedImage drawn = read(pictures.decoded(bundle.id(), scores.observed()));
    // Then the error is the scorer's, but for rounding to grey levels and what cutting at white
    // saves
    double error = 0;
    for (int i = 0; i < shape.size(); i++) {
      int p = i / 3;
      int level = drawn.getRGB(p % shape.width(), p / shape.width()) >> (16 - 8 * (i % 3)) & 0xFF;
      double difference = ((pixels[i] & 0xFF) - level) / 255.0;
      error += difference * difference / shape.size();
    }
    double given = scores.reconstructionErrors()[0];
    assertThat(error).isBetween(0.5 * given, given + 2e-6);
  }

  @Test
  void shouldShowWhereALatentDeviates() throws Exception {
    // Given a shadow that is two standard deviations longer than its causes explain
    pictures.open(ModelsInMemory.of(bundle));
    float[] observed = scores.observed().clone();
    observed[SHADOW_LENGTH] = scores.expected()[SHADOW_LENGTH] + 2;
    // When
    BufferedImage heat =
        read(pictures.heatmap(bundle.id(), observed, scores.expected(), SHADOW_LENGTH));
    BufferedImage none = read(pictures.heatmap(bundle.id(), observed, observed, SHADOW_LENGTH));
    // Then it is hottest near the ground, where the shadow lies, and cold where nothing deviates
    int hottest = 0;
    for (int p = 0; p < shape.width() * shape.height(); p++) {
      int at = hottest;
      if (warmth(heat, p) > warmth(heat, at)) {
        hottest = p;
      }
      assertThat(warmth(none, p)).isZero();
    }
    assertThat(hottest / shape.width()).isBetween(shape.height() * 3 / 4, shape.height() - 1);
    assertThat(warmth(heat, hottest)).isEqualTo(3 * 255);
  }

  private static int warmth(BufferedImage image, int pixel) {
    int rgb = image.getRGB(pixel % image.getWidth(), pixel / image.getWidth());
    return (rgb >> 16 & 0xFF) + (rgb >> 8 & 0xFF) + (rgb & 0xFF);
  }

  @Test
  void shouldHaveNoModelBeforeAndAfter() throws Exception {
    assertThatThrownBy(() -> pictures.latents(bundle.id()))
        .isInstanceOf(UnavailableException.class);
    pictures.open(ModelsInMemory.of(bundle));
    assertThat(pictures.latents(bundle.id()))
        .containsExactly("pendulum", "light", "shadow_length", "shadow_position");
    pictures.close();
    assertThatThrownBy(() -> pictures.decoded(bundle.id(), scores.observed()))
        .isInstanceOf(UnavailableException.class);
  }
}
