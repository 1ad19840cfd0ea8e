package dev.residua.importing;

import dev.residua.decoding.WholePicture;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.PixelMask;
import dev.residua.frame.Polygon;
import dev.residua.frame.RejectedFrameException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Draws the input of an import: the first picture with region and mask, and some frames as a model
 * reads them, with masked pixels hatched.
 */
final class PreviewSheet {
  private static final int FRAMES = 12;
  private static final int COLUMNS = 6;
  private static final int TILE = 160;
  private static final int GAP = 8;
  private static final int WIDTH = COLUMNS * (TILE + GAP) + GAP;
  private static final int WHOLE_HEIGHT = 540;
  private static final Color PAPER = new Color(0x10151d);
  private static final Color REGION = new Color(0xffd24a);
  private static final Color MASK = new Color(0xff7a6b);

  private final FrameLimits limits;
  private final ImageShape shape;
  private final FrameGeometry geometry;
  private final int every;
  private final List<BufferedImage> tiles = new ArrayList<>();
  private @Nullable BufferedImage whole;
  private int seen;

  /**
   * @param count frames that will be added
   */
  PreviewSheet(FrameLimits limits, ImageShape shape, FrameGeometry geometry, int count) {
    this.limits = limits;
    this.shape = shape;
    this.geometry = geometry;
    this.every = Math.max(1, (count + FRAMES - 1) / FRAMES);
  }

  /**
   * Takes the next frame.
   *
   * @param pixels as the model reads it
   */
  void add(Frame frame, byte[] pixels, PixelMask mask) throws RejectedFrameException {
    if (seen == 0) {
      whole = outlined(frame);
    }
    if (seen++ % every == 0) {
      tiles.add(tile(pixels, mask));
    }
  }

  private BufferedImage outlined(Frame frame) throws RejectedFrameException {
    WholePicture picture = WholePicture.of(frame, limits, WIDTH - 2 * GAP, WHOLE_HEIGHT);
    int width = picture.shape().width();
    int height = picture.shape().height();
    BufferedImage image = PictureFiles.image(picture.pixels(), picture.shape());
    Graphics2D draw = image.createGraphics();
    draw.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    Region region = geometry.region();
    AffineTransform place = new AffineTransform();
    place.translate(
        (region.left() + region.width() / 2) * width,
        (region.top() + region.height() / 2) * height);
    place.rotate(-Math.toRadians(geometry.fineRotation()));
    place.scale(region.width() * width, region.height() * height);
    place.translate(-0.5, -0.5);
    draw.setStroke(new BasicStroke(2));
    draw.setColor(MASK);
    for (Polygon polygon : geometry.mask()) {
      Path2D path = polygon.toPath();
      path.transform(place);
      draw.draw(path);
    }
    draw.setColor(REGION);
    draw.draw(place.createTransformedShape(new Rectangle2D.Double(0, 0, 1, 1)));
    draw.dispose();
    return image;
  }

  private BufferedImage tile(byte[] pixels, PixelMask mask) {
    BufferedImage small = PictureFiles.image(pixels, shape);
    for (int pixel = mask.next(0); pixel >= 0; pixel = mask.next(pixel + 1)) {
      int x = pixel % shape.width();
      int y = pixel / shape.width();
      small.setRGB(x, y, ((x + y) / 2 % 2 == 0 ? MASK : PAPER).getRGB());
    }
    double scale = Math.min((double) TILE / shape.width(), (double) TILE / shape.height());
    BufferedImage tile = new BufferedImage(TILE, TILE, BufferedImage.TYPE_INT_RGB);
    Graphics2D draw = tile.createGraphics();
    draw.setColor(PAPER);
    draw.fillRect(0, 0, TILE, TILE);
    int width = (int) Math.round(shape.width() * scale);
    int height = (int) Math.round(shape.height() * scale);
    draw.drawImage(small, (TILE - width) / 2, (TILE - height) / 2, width, height, null);
    draw.dispose();
    return tile;
  }

  byte[] png() {
    int rows = (tiles.size() + COLUMNS - 1) / COLUMNS;
    int top = GAP + WHOLE_HEIGHT + GAP;
    BufferedImage sheet =
        new BufferedImage(WIDTH, top + rows * (TILE + GAP), BufferedImage.TYPE_INT_RGB);
    Graphics2D draw = sheet.createGraphics();
    draw.setColor(PAPER);
    draw.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    BufferedImage first = Objects.requireNonNull(whole, "a sheet has at least one frame");
    draw.drawImage(
        first, (WIDTH - first.getWidth()) / 2, GAP + (WHOLE_HEIGHT - first.getHeight()) / 2, null);
    for (int i = 0; i < tiles.size(); i++) {
      draw.drawImage(
          tiles.get(i), GAP + i % COLUMNS * (TILE + GAP), top + i / COLUMNS * (TILE + GAP), null);
    }
    draw.dispose();
    return PictureFiles.png(sheet);
  }
}
