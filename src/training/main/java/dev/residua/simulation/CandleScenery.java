package dev.residua.simulation;

/**
 * The sixteen backgrounds of {@link Candle}: a floor and the wall or sky behind it, both computed
 * for every ray. Uses only arithmetic that is exact to the bit on every machine. Stateless.
 */
final class CandleScenery {
  static final int COUNT = 16;

  private enum Floor {
    PLAIN,
    SPECKLES,
    CHECKERS,
    PLANKS,
    FURROWS,
    RINGS,
    TILES,
    WAVES,
    DIAMONDS,
    PATCHES
  }

  private enum Back {
    HAZE,
    CLOUDS,
    MOUNTAINS,
    TOWN,
    TREES,
    BRICKS,
    STRIPES,
    TILES,
    BANDS
  }

  /**
   * Colours are 0xRRGGBB; {@code far} is the background in the colours of the sky above and below.
   */
  private record Style(Back back, int high, int low, int far, Floor floor, int one, int two) {}

  private static final Style[] STYLES = {
    new Style(Back.CLOUDS, 0x5A96D2, 0xC8E0F0, 0xFFFFFF, Floor.SPECKLES, 0x4C7A36, 0x6E9A4A),
    new Style(Back.BANDS, 0xB4DCEB, 0x2E6E96, 0x4E96B4, Floor.SPECKLES, 0xDCC896, 0xC8AF78),
    new Style(Back.HAZE, 0x8CB4DC, 0xF0D2AA, 0xF0D2AA, Floor.WAVES, 0xD29B5F, 0xB47D46),
    new Style(Back.MOUNTAINS, 0xA0AFC8, 0xDCE1EB, 0x5A647D, Floor.PLAIN, 0xF0F5FA, 0xDCE6F0),
    new Style(Back.TOWN, 0x0A0F28, 0x282D50, 0x14141E, Floor.FURROWS, 0x2D2D32, 0x46464B),
    new Style(Back.TREES, 0xB4C8B4, 0xDCE6D2, 0x143C1E, Floor.PATCHES, 0x5A5032, 0x3C4B28),
    new Style(Back.HAZE, 0xF0EBE1, 0xDCD7CD, 0xDCD7CD, Floor.CHECKERS, 0x1E1E1E, 0xE6E6E6),
    new Style(Back.BRICKS, 0x96503C, 0x824132, 0xBEB4AA, Floor.PLAIN, 0x96968F, 0x8C8C87),
    new Style(Back.STRIPES, 0xE6DCC8, 0xE6DCC8, 0xBEAF91, Floor.PLANKS, 0x96693C, 0x643F1E),
    new Style(Back.BANDS, 0x6E467D, 0xFAA082, 0xC86E82, Floor.WAVES, 0x78556E, 0xA5738C),
    new Style(Back.TILES, 0xBEE1E1, 0xBEE1E1, 0x6EA0A0, Floor.TILES, 0xD2EBEB, 0x6EA5A5),
    new Style(Back.HAZE, 0x505050, 0xA0A0A0, 0xA0A0A0, Floor.PLAIN, 0xAAAAAA, 0xAAAAAA),
    new Style(Back.STRIPES, 0x321E46, 0x321E46, 0x5A3C78, Floor.RINGS, 0x463C64, 0x7D6E9B),
    new Style(Back.CLOUDS, 0x7D96AF, 0xAFBEC8, 0xD2D7DC, Floor.FURROWS, 0x6E4B2D, 0x4B3219),
    new Style(Back.TREES, 0xA0C8C3, 0xC8DCD7, 0x508C82, Floor.PATCHES, 0x3C8282, 0x1E5A64),
    new Style(Back.TOWN, 0xE6AA6E, 0xF5D7A5, 0x6E5550, Floor.DIAMONDS, 0x781E32, 0xC8A055),
  };

  /** Up to here floors show their pattern, beyond they fade to its mean. */
  private static final double SHARP = 7;

  private static final double FADED = 22;

  private CandleScenery() {}

  /**
   * Colour of the floor.
   *
   * @param x to the right of the object's usual place, in units of space
   * @param z behind it
   * @param distance from the camera
   * @param into receives red, green, blue in [0, 255]
   */
  static void floor(int scene, double x, double z, double distance, double[] into) {
    Style style = STYLES[scene];
    double sharp = clamp((FADED - distance) / (FADED - SHARP));
    double part =
        switch (style.floor) {
          case PLAIN -> 0.5;
          case SPECKLES -> noise(3.1 * x, 3.1 * z);
          case CHECKERS -> parity(cell(x / 1.3) + cell(z / 1.3));
          case PLANKS -> {
            int plank = cell(x / 0.9);
            double seam = fraction(x / 0.9) < 0.1 ? 1 : 0;
            yield Math.max(seam, 0.45 * hash(plank, 7));
          }
          case FURROWS -> triangle(x / 1.1) > 0.5 ? 1 : 0;
          case RINGS -> triangle(Math.sqrt(x * x + z * z) / 1.1) > 0.5 ? 1 : 0;
          case TILES -> fraction(x / 1.2) < 0.12 || fraction(z / 1.2) < 0.12 ? 1 : 0;
          case WAVES -> triangle(z / 1.7 + noise(0.5 * x, 0.5 * z) + 0.1 * x);
          case DIAMONDS -> parity(cell((x + z) / 1.5) + cell((x - z) / 1.5));
          case PATCHES -> clamp(8 * (noise(0.8 * x, 0.8 * z) - 0.45));
        };
    mix(style.one, style.two, 0.5 + sharp * (part - 0.5), into);
  }

  /**
   * Colour of the background behind the floor.
   *
   * @param across tangent of the angle to the right of straight ahead
   * @param up tangent of the angle above the horizon, at least 0
   * @param into receives red, green, blue in [0, 255]
   */
  static void back(int scene, double across, double up, double[] into) {
    Style style = STYLES[scene];
    mix(style.low, style.high, clamp(up / 0.2), into);
    double far =
        switch (style.back) {
          case HAZE -> 0;
          case CLOUDS -> clamp(5 * (noise(9 * across, 40 * up) - 0.5)) * clamp(20 * up);
          case MOUNTAINS -> up < 0.02 + 0.15 * noise(8 * across, 0.5) ? 1 : 0;
          case TOWN -> {
            int house = cell(14 * across);
            double height = 0.04 + 0.12 * hash(house, 3);
            boolean window =
                up < height - 0.02
                    && fraction(14 * across) > 0.3
                    && fraction(30 * up) > 0.4
                    && hash(house * 31 + cell(30 * up), cell(28 * across)) > 0.5;
            yield up < height ? window ? 0.45 : 1 : 0;
          }
          case TREES -> up < 0.03 + 0.12 * (1 - triangle(9 * across)) ? 1 : 0;
          case BRICKS -> {
            double row = up / 0.045;
            double along = across / 0.13 + 0.5 * parity(cell(row));
            yield fraction(row) < 0.2 || fraction(along) < 0.1 ? 1 : 0;
          }
          case STRIPES -> fraction(across / 0.14) < 0.45 ? 1 : 0;
          case TILES -> fraction(across / 0.12) < 0.15 || fraction(up / 0.06) < 0.2 ? 1 : 0;
          case BANDS -> up < 0.05 ? 1 : fraction(up / 0.05) < 0.4 ? 0.6 : 0;
        };
    blend(into, style.far, far);
  }

  private static void mix(int from, int to, double part, double[] into) {
    into[0] = from >> 16 & 0xFF;
    into[1] = from >> 8 & 0xFF;
    into[2] = from & 0xFF;
    blend(into, to, part);
  }

  private static void blend(double[] into, int to, double part) {
    into[0] += part * ((to >> 16 & 0xFF) - into[0]);
    into[1] += part * ((to >> 8 & 0xFF) - into[1]);
    into[2] += part * ((to & 0xFF) - into[2]);
  }

  private static double clamp(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
  }

  private static int cell(double x) {
    return (int) Math.floor(x);
  }

  private static double fraction(double x) {
    return x - Math.floor(x);
  }

  private static int parity(int n) {
    return n & 1;
  }

  /** A wave of straight lines with period 1, from 0 to 1 and back. */
  private static double triangle(double x) {
    double part = fraction(x);
    return part < 0.5 ? 2 * part : 2 - 2 * part;
  }

  /** A fixed number in [0, 1) for a point of the lattice. */
  private static double hash(int x, int y) {
    int h = x * 0x9E3779B1 ^ y * 0x85EBCA77;
    h = (h ^ h >>> 15) * 0x2C1B3C6D;
    h = (h ^ h >>> 12) * 0x297A2D39;
    return ((h ^ h >>> 15) >>> 8) * 0x1p-24;
  }

  /** Smooth noise in [0, 1) with features of size 1. */
  private static double noise(double x, double y) {
    int left = cell(x);
    int below = cell(y);
    double u = x - left;
    double v = y - below;
    u = u * u * (3 - 2 * u);
    v = v * v * (3 - 2 * v);
    double low = hash(left, below) + u * (hash(left + 1, below) - hash(left, below));
    double high = hash(left, below + 1) + u * (hash(left + 1, below + 1) - hash(left, below + 1));
    return low + v * (high - low);
  }
}
