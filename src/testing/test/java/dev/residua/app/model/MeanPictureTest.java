package dev.residua.app.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.CameraRegistration;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The mean picture of the model that ships, against pictures of its scene. */
class MeanPictureTest {
  private static ImageShape shape;
  private static float[] mean;
  private static ScenarioStream scene;

  @BeforeAll
  static void readTheModel() throws Exception {
    ModelBundle bundle = Models.read(Optional.empty());
    shape = bundle.manifest().image();
    mean = bundle.network().meanPicture();
    scene = new ScenarioStream(Scenario.nominal(new Pendulum(), List.of(0.5, 0.4), 8, 0), shape);
  }

  @Test
  void shouldBeTheMeanOfPicturesOfTheScene() {
    // Given
    int frames = 2_000;
    byte[] picture = new byte[shape.size()];
    double[] sums = new double[shape.size()];
    for (int i = 0; i < frames; i++) {
      scene.next(picture, 0);
      for (int k = 0; k < sums.length; k++) {
        sums[k] += picture[k] & 0xFF;
      }
    }
    // When
    double largest = 0;
    double sum = 0;
    for (int k = 0; k < sums.length; k++) {
      double difference = Math.abs(sums[k] / frames - mean[k]);
      largest = Math.max(largest, difference);
      sum += difference;
    }
    // Then: a pixel varies by up to 127, so that means of 2,000 differ by up to 12
    assertThat(largest).isLessThan(16);
    assertThat(sum / sums.length).isLessThan(1);
  }

  @Test
  void shouldGiveNoMotionWhereNothingStandsStill() {
    // Given
    CameraRegistration registration = new CameraRegistration(shape, mean);
    byte[] picture = new byte[shape.size()];
    int known = 0;
    // When
    for (int i = 0; i < 2_000; i++) {
      scene.next(picture, 0);
      known += registration.estimate(picture, 0) == null ? 0 : 1;
    }
    // Then
    assertThat(known).isZero();
  }
}
