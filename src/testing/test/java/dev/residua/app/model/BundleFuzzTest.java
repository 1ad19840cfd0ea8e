package dev.residua.app.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random damage to the shipped bundle: each time it is refused with a reason, or it is a model that
 * passes its self-test, and never more is allocated than a model needs.
 */
@Tag("slow")
class BundleFuzzTest {
  /** More of them with {@code -Dresidua.test.jvm="-Xmx1536m -Dresidua.fuzz.rounds=10"}. */
  private static final int ROUNDS = Integer.getInteger("residua.fuzz.rounds", 1);

  /** Bytes of the shipped network before its first array. */
  private static final int NETWORK_HEADER = 388;

  private static final long MAX_ALLOCATED = 96L << 20;

  private static ModelBundle bundle;

  @BeforeAll
  static void readTheShippedBundle() throws Exception {
    ModelBundle shipped = Models.read(Optional.empty());
    Map<String, byte[]> entries = entries(shipped);
    entries.put(ModelBundle.WEIGHTS, new byte[] {1}); // not for scoring
    bundle = ModelBundle.of(shipped.manifest(), shipped.graph(), entries);
  }

  private static Map<String, byte[]> entries(ModelBundle of) {
    Map<String, byte[]> entries = new TreeMap<>();
    of.entryNames().forEach(name -> entries.put(name, of.entry(name)));
    entries.remove(ModelBundle.GRAPH);
    return entries;
  }

  /** The bundle with one entry replaced and digests that agree. */
  private static ModelBundle with(String name, byte[] content) {
    Map<String, byte[]> entries = entries(bundle);
    entries.put(name, content);
    return ModelBundle.of(bundle.manifest(), bundle.graph(), entries);
  }

  private interface Use {
    void run() throws BadBundleException;
  }

  /** Returns true if it was accepted. */
  private static boolean accepted(String what, Use use) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    boolean accepted;
    try {
      use.run();
      accepted = true;
    } catch (BadBundleException e) {
      assertThat(e.getMessage()).as(what).isNotBlank().doesNotContain("null");
      accepted = false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what, e);
    }
    assertThat(threads.getThreadAllocatedBytes(thread) - before)
        .as("bytes allocated with " + what)
        .isLessThan(MAX_ALLOCATED);
    return accepted;
  }

  private static void score(ModelBundle model) throws BadBundleException {
    BundleOpener.scoring(model, 1).close();
  }

  @Test
  void shouldRefuseOrReadADamagedFile() {
    // Given places in the descriptions of entries rather than in their content
    Map<String, byte[]> small = entries(bundle);
    small.replaceAll((name, content) -> Arrays.copyOf(content, Math.min(content.length, 4_000)));
    byte[] file = ModelBundle.of(bundle.manifest(), bundle.graph(), small).toBytes();
    int directory =
        ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(file.length - 6);
    SplittableRandom random = new SplittableRandom(1);
    int accepted = 0;
    for (int i = 0; i < 1_000 * ROUNDS; i++) {
      byte[] damaged = file.clone();
      int flips = 1 + random.nextInt(3);
      for (int flip = 0; flip < flips; flip++) {
        int at =
            switch (random.nextInt(8)) {
              case 0 -> random.nextInt(file.length);
              case 1 -> random.nextInt(2_000);
              default -> directory + random.nextInt(file.length - directory);
            };
        damaged[at] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(6) == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      byte[] bytes = damaged;
      // When
      accepted +=
          accepted(
                  "damaged file " + i,
                  () -> ModelBundle.read(new ByteArrayInputStream(bytes), "fuzz.residua"))
              ? 1
              : 0;
    }
    // Then what was accepted differs in times and versions of tools, which nothing depends on
    assertThat(accepted).isLessThan(700 * ROUNDS);
  }

  @Test
  void shouldRefuseOrRunADamagedNetwork() {
    // Given places mostly in the header, and numbers that are none
    byte[] network = bundle.entry(ModelBundle.NETWORK);
    SplittableRandom random = new SplittableRandom(2);
    int accepted = 0;
    for (int i = 0; i < 300 * ROUNDS; i++) {
      byte[] damaged = network.clone();
      int flips = 1 + random.nextInt(2);
      for (int flip = 0; flip < flips; flip++) {
        int at = random.nextInt(random.nextInt(10) == 0 ? network.length : NETWORK_HEADER);
        switch (random.nextInt(4)) {
          case 0 -> damaged[at] = (byte) random.nextInt(256);
          case 1 -> damaged[at / 4 * 4 + 3] += (byte) (random.nextBoolean() ? 1 : -1);
          case 2 -> ByteBuffer.wrap(damaged).putInt(at / 4 * 4, random.nextInt());
          default -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        }
      }
      if (random.nextInt(10) == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      ModelBundle model = with(ModelBundle.NETWORK, damaged);
      // When
      accepted += accepted("damaged network " + i, () -> score(model)) ? 1 : 0;
    }
    // Then
    assertThat(accepted).isBetween(1, 150 * ROUNDS);
  }

  @Test
  void shouldRefuseOrUseDamagedCalibrations() {
    // Given damage whose checksum inside the entry is right
    SplittableRandom random = new SplittableRandom(3);
    List<String> names = new ArrayList<>(SEALS.keySet());
    int accepted = 0;
    for (int i = 0; i < 200 * ROUNDS; i++) {
      String name = names.get(random.nextInt(names.size()));
      byte[] damaged = bundle.entry(name).clone();
      int flips = 1 + random.nextInt(3);
      for (int flip = 0; flip < flips; flip++) {
        int within = random.nextBoolean() ? Math.min(200, damaged.length) : damaged.length;
        int at = random.nextInt(within) / 4 * 4;
        int value =
            switch (random.nextInt(4)) {
              case 0 -> Float.floatToIntBits(Float.NaN);
              case 1 -> random.nextInt();
              case 2 -> Integer.MAX_VALUE;
              default -> random.nextInt(100) - 1;
            };
        if (at + 4 <= damaged.length) {
          ByteBuffer.wrap(damaged).putInt(at, value);
        }
      }
      SEALS.get(name).accept(ByteBuffer.wrap(damaged));
      ModelBundle model = with(name, damaged);
      // When
      accepted +=
          accepted(
                  "damaged " + name + " " + i,
                  () -> {
                    BundleOpener.check(model);
                    BundleOpener.monitor(
                        model, AnomalySettings.DEFAULTS, 1_000_000, IncidentSettings.DEFAULTS);
                  })
              ? 1
              : 0;
    }
    // Then
    assertThat(accepted).isBetween(1, 190 * ROUNDS);
  }

  /** How each entry's own checksum is made right. */
  private static final Map<String, java.util.function.Consumer<ByteBuffer>> SEALS =
      Map.of(
          ModelBundle.DRIFT_REFERENCE, bytes -> bytes.putInt(8, crc32c(bytes, 12)),
          ModelBundle.PICTURE_REFERENCE, bytes -> bytes.putInt(8, crc32c(bytes, 12)),
          ModelBundle.MECHANISM_REFERENCE, bytes -> bytes.putInt(8, crc32c(bytes, 12)),
          ModelBundle.ATTRIBUTION_REFERENCE, bytes -> bytes.putInt(16, crc32c(bytes, 20)),
          ModelBundle.SENSOR_REFERENCE, bytes -> bytes.putLong(8, crc32(bytes, 0, 16)),
          ModelBundle.APPEARANCE, bytes -> bytes.putLong(24, crc32(bytes, 24, 32)),
          ModelBundle.ANOMALY_CALIBRATION, bytes -> bytes.putLong(16, crc32(bytes, 0, 32)));

  private static int crc32c(ByteBuffer bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), from, bytes.capacity() - from);
    return (int) crc.getValue();
  }

  private static long crc32(ByteBuffer bytes, int head, int from) {
    CRC32 crc = new CRC32();
    crc.update(bytes.array(), 0, head);
    crc.update(bytes.array(), from, bytes.capacity() - from);
    return crc.getValue();
  }
}
