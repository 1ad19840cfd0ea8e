package dev.residua.scoring;

import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in a file which frames are being scored, so that the next process knows at which frames
 * this one ended: by a crash of native code, for lack of memory, or killed. Frames in flight at one
 * such end are suspects and are scored alone; a frame in flight at {@value #MOST_ENDS} of them is
 * refused, so that it cannot end every process that takes it.
 *
 * <p>The file is written once per batch and not forced to the disk: it has to survive the process,
 * not the machine. Without it, as on a full disk, scoring continues. For one thread.
 */
public final class FramesInFlight implements AutoCloseable {
  /** Ends of processes with a frame in flight, after which it is refused. */
  public static final int MOST_ENDS = 2;

  /** Most suspects that are remembered. */
  public static final int MOST_SUSPECTS = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(FramesInFlight.class);

  private final @Nullable Path file;
  private @Nullable FileChannel channel;

  /** Ends with a frame in flight so far, by frame; those of frames that are not committed yet. */
  private final Map<Place, Integer> suspects = new LinkedHashMap<>();

  /** Taken and not yet scored, or about to be taken. */
  private final Set<Place> marked = new LinkedHashSet<>();

  private final Set<Place> unscored = new LinkedHashSet<>();

  private record Place(int partition, long offset) {
    static Place of(ConsumerRecord<?, ?> record) {
      return new Place(record.partition(), record.offset());
    }
  }

  private FramesInFlight(@Nullable Path file) {
    this.file = file;
  }

  /** Remembers nothing. */
  public static FramesInFlight none() {
    return new FramesInFlight(null);
  }

  /** Continues with the file of the predecessor, if it exists. */
  public static FramesInFlight in(Path file) {
    FramesInFlight frames = new FramesInFlight(file);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      frames.channel = channel;
      frames.restore(channel);
    } catch (IOException e) {
      frames.giveUp(e);
    }
    return frames;
  }

  private void restore(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), 1 << 20));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
    String[] lines =
        new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).split("\n", -1);
    try {
      int count = lines[0].isEmpty() ? 0 : Integer.parseInt(lines[0]);
      int inFlight = 0;
      for (int i = 1; i <= count && suspects.size() < MOST_SUSPECTS; i++) {
        String[] fields = lines[i].split(" ", -1);
        int now = Integer.parseInt(fields[3]);
        suspects.put(
            new Place(Integer.parseInt(fields[0]), Long.parseLong(fields[1])),
            Integer.parseInt(fields[2]) + now);
        inFlight += now;
      }
      if (inFlight > 0) {
        LOG.warn(
            "the last process ended while frames were scored; they are scored alone now: count={}",
            inFlight);
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      LOG.warn("ignoring a damaged file: file={} reason={}", file, e.toString());
      suspects.clear();
    }
    write();
  }

  /**
   * Returns true if a frame was in flight when a process ended, so that it must be scored alone.
   */
  boolean isSuspect(ConsumerRecord<?, ?> record) {
    return !suspects.isEmpty() && suspects.containsKey(Place.of(record));
  }

  /**
   * Checks a record.
   *
   * @throws RejectedFrameException if too many processes ended while its frame was in flight
   */
  void check(ConsumerRecord<?, ?> record) throws RejectedFrameException {
    int ends = suspects.isEmpty() ? 0 : suspects.getOrDefault(Place.of(record), 0);
    if (ends >= MOST_ENDS) {
      throw new RejectedFrameException(
          RejectedFrameException.Reason.POISON,
          "%d processes ended while this frame was scored: a crash of native code, lack of memory, or a kill; replay it if the frame is not at fault"
              .formatted(ends));
    }
  }

  /**
   * A frame is about to be read and scored.
   *
   * @param next frames that may follow in its batch
   */
  void begin(ConsumerRecord<?, ?> record, Supplier<List<ConsumerRecord<byte[], byte[]>>> next) {
    if (channel == null) {
      return;
    }
    Place place = Place.of(record);
    unscored.add(place);
    if (marked.contains(place)) {
      return;
    }
    marked.clear();
    marked.addAll(unscored);
    for (ConsumerRecord<?, ?> follower : next.get()) {
      if (isSuspect(follower)) {
        break; // it will be alone
      }
      marked.add(Place.of(follower));
    }
    write();
  }

  /**
   * Does work for which no frame is at fault if the process ends meanwhile, such as to open a
   * model. After a failure no frame is in flight.
   */
  <T> T outside(Supplier<T> work) {
    if (marked.isEmpty()) {
      return work.get();
    }
    Set<Place> before = new LinkedHashSet<>(marked);
    marked.clear();
    write();
    T result = work.get();
    marked.addAll(before);
    write();
    return result;
  }

  /** Frames are scored or refused. */
  void scored(Collection<? extends ConsumerRecord<?, ?>> records) {
    if (channel != null) {
      records.forEach(record -> unscored.remove(Place.of(record)));
    }
  }

  /** No frame is in flight. */
  void end() {
    unscored.clear();
    if (!marked.isEmpty()) {
      marked.clear();
      write();
    }
  }

  /** Results of these records are committed. */
  void committed(List<ConsumerRecord<byte[], byte[]>> records) {
    if (!suspects.isEmpty()) {
      boolean changed = false;
      for (ConsumerRecord<?, ?> record : records) {
        changed |= suspects.remove(Place.of(record)) != null;
      }
      if (changed) {
        write();
      }
    }
  }

  private void write() {
    FileChannel open = channel;
    if (open == null) {
      return;
    }
    Set<Place> all = new LinkedHashSet<>(marked);
    all.addAll(suspects.keySet());
    StringBuilder text = new StringBuilder(16 * all.size() + 8);
    text.append(all.size()).append('\n');
    for (Place place : all) {
      text.append(place.partition())
          .append(' ')
          .append(place.offset())
          .append(' ')
          .append(suspects.getOrDefault(place, 0))
          .append(' ')
          .append(marked.contains(place) ? 1 : 0)
          .append('\n');
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      for (long at = 0; bytes.hasRemaining(); ) {
        at += open.write(bytes, at);
      }
    } catch (IOException e) {
      giveUp(e);
    }
  }

  private void giveUp(IOException why) {
    LOG.warn(
        "frames in flight are not recorded, so a frame that ends the process is not found: file={} reason={}",
        file,
        why.toString());
    close();
  }

  /** Closes the file; what is marked stays so, for the case of an {@link Error}. */
  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    marked.clear();
    unscored.clear();
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("the file of frames in flight was not closed: reason={}", e.toString());
      }
    }
  }
}
