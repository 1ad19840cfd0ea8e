package dev.residua.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.Frames;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RedactionOptionsTest {
  private static final int SIDE = 256;

  @CommandLine.Command(name = "test")
  private static final class Options {
    @CommandLine.Mixin RedactionOptions redaction = new RedactionOptions();
  }

  private static RedactionOptions options(String... arguments) {
    Options options = new Options();
    new CommandLine(options).parseArgs(arguments);
    return options.redaction;
  }

  private static Frame frame() {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.setRGB(i % SIDE, i / SIDE, 0xFFFFFF);
    }
    return new Frame("a", 0, Instant.EPOCH, 0, 0, PixelFormat.PNG, Frames.png(image), Map.of());
  }

  private static BufferedImage redacted(String... arguments) throws Exception {
    Frame frame = options(arguments).redaction(FrameLimits.DEFAULTS, 90).apply(frame());
    return ImageIO.read(new ByteArrayInputStream(frame.data()));
  }

  @Test
  void shouldLeaveFramesAsTheyAreWithoutPolygons() throws Exception {
    Frame frame = frame();
    assertThat(options().redaction(FrameLimits.DEFAULTS, 90).apply(frame)).isSameAs(frame);
  }

  @Test
  void shouldBlackenPolygonsOfTheRegion() throws Exception {
    // When
    BufferedImage whole = redacted("--redact", "0,0 0.1,0 0.1,0.1 0,0.1");
    BufferedImage region =
        redacted(
            "--redact",
            "0,0 0.1,0 0.1,0.1 0,0.1",
            "--region",
            "0.5,0.5,0.5,0.5",
            "--rotation",
            "90");

    // Then
    assertThat(whole.getRGB(10, 10) & 0xFFFFFF).isZero();
    assertThat(whole.getRGB(135, 135) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    assertThat(region.getRGB(10, 10) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    assertThat(region.getRGB(135, 135) & 0xFFFFFF).isZero();
  }

  @Test
  void shouldRefuseWhatWouldBlackenNothing() {
    assertThatThrownBy(() -> redacted("--region", "0.5,0.5,0.5,0.5"))
        .hasMessage("--region and --rotation need --redact");
    assertThatThrownBy(() -> redacted("--redact", " ; ")).hasMessageContaining("has no polygon");
    assertThatThrownBy(() -> redacted("--redact", "0,0 1,1"))
        .hasMessageContaining("a polygon of a mask had 2 corners");
  }
}
