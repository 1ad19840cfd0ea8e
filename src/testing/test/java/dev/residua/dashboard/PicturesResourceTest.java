package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dashboard.Pictures.UnavailableException;
import dev.residua.testing.Visits;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PicturesResourceTest {
  /** Answers with what it was asked for. */
  private static final Pictures ECHO =
      new Pictures() {
        @Override
        public List<String> latents(String modelId) {
          return List.of("light", "shadow length");
        }

        @Override
        public byte[] decoded(String modelId, float[] latents) {
          return Arrays.toString(latents).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public float[] whatIf(String modelId, float[] latents, Map<Integer, Float> set) {
          float[] other = latents.clone();
          set.forEach((node, value) -> other[node] = value);
          return other;
        }

        @Override
        public byte[] heatmap(String modelId, float[] observed, float[] expected, int latent) {
          return (Arrays.toString(observed) + Arrays.toString(expected) + latent)
              .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
      };

  private static final StoredPictures STORED =
      new StoredPictures() {
        @Override
        public byte[] frame(String modelId, String source, int partition, long offset)
            throws MissingException {
          if (offset == 404) {
            throw new MissingException("the frame is not stored any more");
          }
          return "%s-%d@%d"
              .formatted(source, partition, offset)
              .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public byte[] camera(String source, int partition, long offset) {
          return ("camera of " + source).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public byte[] difference(
            String modelId, String source, int partition, long offset, float[] latents)
            throws java.io.IOException {
          throw new java.io.IOException("Kafka does not answer");
        }
      };

  private final PicturesResource resource =
      new PicturesResource(ECHO, STORED, new LiveModels(), () -> Visits.OWNER);

  private static String text(Response response) {
    return new String((byte[]) response.getEntity(), java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void shouldShowWhatTheCameraSent() {
    assertThat(text(resource.camera("a", "0", "7"))).isEqualTo("camera of a");
    assertThat(resource.camera("a", "0", "-7").getStatus()).isEqualTo(400);
  }

  @Test
  void shouldPassOnWhatIsAskedFor() {
    Response decoded = resource.decoded("m1", "0.5,-1.25");
    Response heatmap = resource.heatmap("m1", "1,2", "3,4", "shadow length");
    assertThat(decoded.getStatus()).isEqualTo(200);
    assertThat(decoded.getMediaType()).hasToString("image/png");
    assertThat(text(decoded)).isEqualTo("[0.5, -1.25]");
    assertThat(text(heatmap)).isEqualTo("[1.0, 2.0][3.0, 4.0]1");
  }

  @Test
  void shouldSetLatentsByTheirNames() {
    assertThat(resource.whatIf("m1", "0.5,-1.25", "shadow length:2").getEntity())
        .isEqualTo(Map.of("latents", List.of(0.5f, 2f)));
    assertThat(resource.whatIf("m1", "0.5,-1.25", null).getEntity())
        .isEqualTo(Map.of("latents", List.of(0.5f, -1.25f)));
    for (String wrong : List.of("shadow:2", "light", "light:x", "light:9999")) {
      Response refused = resource.whatIf("m1", "0.5,-1.25", wrong);
      assertThat(refused.getStatus()).as(wrong).isEqualTo(400);
      assertThat((String) refused.getEntity()).contains("query parameter set");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "| query parameter latents is missing, expected 2 numbers",
        "'' | query parameter latents '', expected 2 numbers with commas between them, one for each of light, shadow length",
        "1 | query parameter latents '1', expected 2 numbers",
        "1,2,3 | query parameter latents '1,2,3', expected 2 numbers",
        "1,two | query parameter latents '1,two', expected 2 numbers",
        "1,NaN | query parameter latents has 'NaN' for shadow length, expected a number between -1000 and 1000",
        "1e9,0 | query parameter latents has '1e9' for light",
        "1,22222222222222222222222222222222222222222222222x | 222222...', expected 2 numbers"
      })
  void shouldSayWhatIsWrongWithLatents(@Nullable String latents, String message) {
    Response response = resource.decoded("m1", latents);
    assertThat(response.getStatus()).isEqualTo(400);
    assertThat(response.getMediaType().getSubtype()).isEqualTo("plain");
    assertThat((String) response.getEntity()).contains(message);
  }

  @Test
  void shouldSayWhatIsWrongWithAHeatMap() {
    assertThat((String) resource.heatmap("m1", "1,2", null, "light").getEntity())
        .startsWith("query parameter expected is missing");
    assertThat((String) resource.heatmap("m1", "1,2", "1,2", "shade").getEntity())
        .isEqualTo("query parameter latent 'shade', expected one of light, shadow length\n");
    assertThat(resource.heatmap("m1", "1,2", "1,2", null).getStatus()).isEqualTo(400);
  }

  @Test
  void shouldAskForTheModel() {
    assertThat(resource.decoded(null, "1,2").getStatus()).isEqualTo(400);
    assertThat(resource.frame(" ", "cam1", "3", "17").getStatus()).isEqualTo(400);
  }

  @Test
  void shouldSayThatThereIsNoModel() {
    Pictures none =
        new Pictures() {
          @Override
          public List<String> latents(String modelId) throws UnavailableException {
            throw new UnavailableException("no model");
          }

          @Override
          public byte[] decoded(String modelId, float[] latents) {
            throw new AssertionError();
          }

          @Override
          public float[] whatIf(String modelId, float[] latents, Map<Integer, Float> set)
              throws UnavailableException {
            throw new UnavailableException("no model");
          }

          @Override
          public byte[] heatmap(String modelId, float[] observed, float[] expected, int latent) {
            throw new AssertionError();
          }
        };
    assertThat(
            new PicturesResource(none, STORED, new LiveModels(), () -> Visits.OWNER)
                .decoded("m1", "1,2")
                .getStatus())
        .isEqualTo(503);
  }

  @Test
  void shouldShowAStoredFrameOrSayWhyNot() {
    assertThat(text(resource.frame("m1", "cam1", "3", "17"))).isEqualTo("cam1-3@17");
    assertThat(resource.frame("m1", "cam1", "3", "404").getStatus()).isEqualTo(404);
    assertThat(resource.difference("m1", "cam1", "3", "17", "1,2").getStatus()).isEqualTo(503);
    assertThat(resource.frame("m1", "cam1", "-1", "17").getEntity())
        .isEqualTo("query parameter partition '-1', expected a whole number of at least 0\n");
    assertThat(resource.frame("m1", "cam1", "3", null).getStatus()).isEqualTo(400);
    assertThat(resource.frame("m1", " ", "3", "4").getStatus()).isEqualTo(400);
  }
}
