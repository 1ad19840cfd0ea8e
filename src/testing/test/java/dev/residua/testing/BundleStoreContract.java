package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.model.BundleStore;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Contract of every store of bundles. */
public abstract class BundleStoreContract {
  private static final String DIGEST = "ab".repeat(32);
  private static final String OTHER = "cd".repeat(32);
  private static final AtomicInteger MODELS = new AtomicInteger();

  private final String model = "model-" + MODELS.incrementAndGet();
  private BundleStore store;

  /** A store of which nobody else knows. */
  protected abstract BundleStore open() throws Exception;

  @BeforeEach
  void openTheStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeTheStore() {
    if (store != null) {
      store.close();
    }
  }

  private static byte[] bytes(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void shouldGiveBackWhatWasPut() throws Exception {
    // Given
    byte[] bundle = bytes(5_000_000, 1);
    byte[] small = bytes(1, 2);
    // When
    URI address = store.put(model, DIGEST, bundle);
    URI other = store.put(model, OTHER, small);
    // Then
    assertThat(address.toString()).endsWith("/" + model + "/" + DIGEST + ".residua");
    assertThat(store.get(address, 5_000_000)).isEqualTo(bundle);
    assertThat(store.get(other, 1_000)).isEqualTo(small);
  }

  @Test
  void shouldNotReplaceOtherBytes() throws Exception {
    // Given
    byte[] bundle = bytes(1_000, 1);
    URI address = store.put(model, DIGEST, bundle);
    // When
    URI again = store.put(model, DIGEST, bundle);
    // Then
    assertThat(again).isEqualTo(address);
    for (byte[] other : List.of(bytes(1_000, 2), bytes(999, 1), bytes(1_001, 1), new byte[0])) {
      assertThatThrownBy(() -> store.put(model, DIGEST, other))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(DIGEST)
          .hasMessageContaining(
              "has other bytes than the %d to store; it is not replaced".formatted(other.length));
    }
    assertThat(store.get(address, 1_000)).isEqualTo(bundle);
  }

  @Test
  void shouldStoreOneOfManyAtTheSameTime() throws Exception {
    // Given eight that put different bytes under one address
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<byte[]>> puts = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        byte[] mine = bytes(100_000, i);
        Callable<byte[]> put =
            () -> {
              store.put(model, DIGEST, mine);
              return mine;
            };
        puts.add(threads.submit(put));
      }
      // When
      List<byte[]> stored = new ArrayList<>();
      for (Future<byte[]> put : puts) {
        try {
          stored.add(put.get());
        } catch (java.util.concurrent.ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(IOException.class);
        }
      }
      // Then
      assertThat(stored).hasSize(1);
      URI address = store.put(model, DIGEST, stored.get(0));
      assertThat(store.get(address, 100_000)).isEqualTo(stored.get(0));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void shouldTakeNoMoreBytesThanAsked() throws Exception {
    // Given
    URI address = store.put(model, DIGEST, bytes(1_000, 1));
    // When
    // Then
    assertThat(store.get(address, 1_000)).hasSize(1_000);
    assertThatThrownBy(() -> store.get(address, 999))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is larger than 999 bytes");
  }

  @Test
  void shouldDeleteWhatWasPut() throws Exception {
    // Given
    URI address = store.put(model, DIGEST, bytes(10, 1));
    // When
    boolean first = store.delete(address);
    boolean second = store.delete(address);
    // Then
    assertThat(first).isTrue();
    assertThat(second).isFalse();
    assertThatThrownBy(() -> store.get(address, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not exist");
    assertThat(store.put(model, DIGEST, bytes(10, 2))).isEqualTo(address);
  }

  @Test
  void shouldRefuseIdsAndDigestsThatLeadElsewhere() {
    for (String id :
        new String[] {"", "..", ".", "a/b", "../x", "a\\b", "/a", "a\0", "ü", "a ", ".a"}) {
      assertThatThrownBy(() -> store.put(id, DIGEST, new byte[1]))
          .as(id)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 1 to 200 letters");
    }
    for (String digest :
        new String[] {"", "ab", DIGEST.toUpperCase(java.util.Locale.ROOT), "../" + DIGEST}) {
      assertThatThrownBy(() -> store.put(model, digest, new byte[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 64 lower-case hexadecimal digits");
    }
  }

  @Test
  void shouldRefuseAddressesOfOtherPlaces() throws Exception {
    // Given
    String address = store.put(model, DIGEST, new byte[1]).toString();
    String root = address.substring(0, address.indexOf(model));
    // When
    // Then
    for (String other :
        new String[] {
          "file:///etc/passwd",
          "s3://other-bucket/" + model + "/" + DIGEST + ".residua",
          root + "../" + model + "/" + DIGEST + ".residua",
          root + "a/../" + DIGEST + ".residua",
          root + model + "/" + DIGEST,
          root + model + "/%2e%2e/" + DIGEST + ".residua",
          address + "?x",
          address + "#x"
        }) {
      URI uri = URI.create(other);
      assertThatThrownBy(() -> store.get(uri, 10))
          .as(other)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not a bundle of this store, expected ");
      assertThatThrownBy(() -> store.delete(uri)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
