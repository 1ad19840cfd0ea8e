package dev.residua.testing;

import dev.residua.frame.ImageShape;
import dev.residua.simulation.Flow;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedFrame;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A camera that looks at a simulated tank in a room. The tank fills a part of the picture and
 * stands crooked: {@link #REGION} and {@link #ROTATION}. Each picture shows its number as a row of
 * squares, as some cameras show the time.
 */
public final class TankCamera implements RtspCameras.Script {
  /** Region of a rule for the tank, to show it upright with a part of the room. */
  public static final String REGION = "0.395,0.186,0.46,0.627";

  public static final String ROTATION = "354";

  /** Width of a picture over its height. */
  public static final double ASPECT = 480.0 / 352;

  private static final double CROOKED_DEGREES = 6;
  private static final int WIDTH = 480;
  private static final int HEIGHT = 352;
  private static final double CENTRE_X = 300;
  private static final double CENTRE_Y = 176;
  private static final int TANK = 200;
  private static final int DIGITS = 16;
  private static final int DIGIT = 16;

  /** A shift of 3 % of the region, and a turn by 2 degrees about its centre. */
  private static final AffineTransform KNOCK = ofKnock();

  private final ScenarioStream normal;
  private final ScenarioStream leaking;
  private final BufferedImage room = room();
  private final BufferedImage tank = new BufferedImage(TANK, TANK, BufferedImage.TYPE_INT_RGB);
  private final byte[] pixels = new byte[TANK * TANK * 3];
  private final List<double[]> truth = new ArrayList<>();
  private final long pauseMillis;
  private volatile boolean leaks;
  private volatile boolean knocked;

  /**
   * @param pauseMillis between two pictures, apart from the time that drawing takes
   */
  public TankCamera(long seed, long pauseMillis) {
    ImageShape shape = new ImageShape(TANK, TANK, 3);
    Scenario nominal = Scenario.nominal(new Flow(), List.of(0.5, 0.4), seed, 0);
    ScenarioEvent leak =
        new ScenarioEvent(
            ScenarioEvent.Kind.OFFSET,
            "water_height",
            0,
            nominal.frames(),
            -2,
            ScenarioEvent.DEFAULT_RATE,
            null);
    this.normal = new ScenarioStream(nominal, shape);
    this.leaking =
        new ScenarioStream(
            new Scenario(
                nominal.scene(),
                nominal.noise(),
                nominal.framesPerSecond(),
                seed + 1,
                0,
                nominal.frames(),
                List.of(leak)),
            shape);
    this.pauseMillis = pauseMillis;
  }

  private static AffineTransform ofKnock() {
    AffineTransform knock = AffineTransform.getTranslateInstance(0.03 * 220, 0);
    knock.rotate(Math.toRadians(2), CENTRE_X, CENTRE_Y);
    return knock;
  }

  /** Lets the tank leak, or mends it: the water is lower than the ball explains. */
  public void leak(boolean now) {
    leaks = now;
  }

  /** Moves the camera for good. */
  public void knock() {
    knocked = true;
  }

  /** True factors of a picture, found by the number that it shows. */
  public synchronized double[] factors(byte[] picture) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture));
    int number = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
      int grey = image.getRGB(DIGIT * digit + DIGIT / 2, DIGIT / 2) & 0xFF;
      number |= grey > 127 ? 1 << digit : 0;
    }
    return truth.get(number);
  }

  @Override
  public long pause(String camera, int connection, int index) {
    return pauseMillis;
  }

  /** Its pictures are dated by their arrival. */
  @Override
  public @Nullable Instant clock(String camera) {
    return null;
  }

  @Override
  public synchronized byte[] picture(String camera, int connection, int index) {
    SimulatedFrame frame = (leaks ? leaking : normal).next(pixels, 0);
    int number = truth.size() % (1 << DIGITS);
    if (truth.size() < 1 << DIGITS) {
      truth.add(frame.factors());
    }
    for (int i = 0; i < TANK * TANK; i++) {
      tank.setRGB(
          i % TANK,
          i / TANK,
          (pixels[3 * i] & 0xFF) << 16
              | (pixels[3 * i + 1] & 0xFF) << 8
              | pixels[3 * i + 2] & 0xFF);
    }
    BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    if (knocked) {
      graphics.transform(KNOCK);
    }
    graphics.drawImage(room, -WIDTH / 4, -HEIGHT / 4, null);
    graphics.rotate(Math.toRadians(CROOKED_DEGREES), CENTRE_X, CENTRE_Y);
    graphics.drawImage(tank, (int) CENTRE_X - TANK / 2, (int) CENTRE_Y - TANK / 2, null);
    graphics.setTransform(new AffineTransform());
    for (int digit = 0; digit < DIGITS; digit++) {
      graphics.setColor((number >> digit & 1) == 1 ? Color.WHITE : Color.BLACK);
      graphics.fillRect(DIGIT * digit, 0, DIGIT, DIGIT);
    }
    graphics.dispose();
    return jpeg(picture);
  }

  private static byte[] jpeg(BufferedImage picture) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "jpg", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A wall with pipes, a bench and a lamp; larger than the picture by a quarter on each side. */
  private static BufferedImage room() {
    int width = WIDTH * 3 / 2;
    int height = HEIGHT * 3 / 2;
    BufferedImage room = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = room.createGraphics();
    graphics.setPaint(
        new GradientPaint(0, 0, new Color(120, 124, 128), width, height, new Color(74, 78, 84)));
    graphics.fillRect(0, 0, width, height);
    graphics.setColor(new Color(54, 66, 92));
    graphics.fillRect(230, 0, 26, height);
    graphics.fillRect(560, 0, 18, height);
    graphics.setColor(new Color(150, 96, 48));
    graphics.fillRect(0, 120, width, 22);
    graphics.setColor(new Color(92, 66, 44));
    graphics.fillRect(0, 388, width, 60);
    graphics.setColor(new Color(236, 228, 180));
    graphics.fillOval(140, 170, 60, 60);
    graphics.dispose();
    return room;
  }
}
