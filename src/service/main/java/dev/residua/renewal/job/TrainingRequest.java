package dev.residua.renewal.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.residua.frame.SceneName;
import dev.residua.model.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A training to run. Kept in a file, so that a training that died resumes with the same frames.
 *
 * @param scene whose model is trained
 * @param trigger kind of its trigger
 * @param reason in one sentence
 * @param incidents incidents whose frames are the new normal
 * @param from first moment of the frames, by the timestamps of their records
 * @param until moment after the last frame
 */
public record TrainingRequest(
    String id,
    String scene,
    String trigger,
    String reason,
    List<String> incidents,
    Instant from,
    Instant until,
    RenewalSettings settings) {
  /** Name of the file in a training's own folder. */
  public static final String FILE = "request.json";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  public TrainingRequest {
    SceneName.checked(scene);
    incidents = List.copyOf(incidents);
    if (!from.isBefore(until)) {
      throw new IllegalArgumentException(
          "the frames of training %s must end after they begin but were %s to %s"
              .formatted(id, from, until));
    }
  }

  /** Writes it into a folder atomically. */
  public void write(Path folder) throws IOException {
    byte[] json;
    try {
      json = JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IOException("cannot write training %s as JSON".formatted(id), e);
    }
    AtomicFile.write(folder.resolve(FILE), out -> out.write(json));
  }

  /**
   * Reads it from a folder.
   *
   * @throws IOException if there is none, or it is damaged
   */
  public static TrainingRequest read(Path folder) throws IOException {
    try {
      return JSON.readValue(folder.resolve(FILE).toFile(), TrainingRequest.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s is damaged: %s".formatted(folder.resolve(FILE), e.getOriginalMessage()), e);
    }
  }
}
