package dev.residua.cli.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The end of an export of a topic, as a JSON file.
 *
 * @param topic full name
 * @param next offset of the next record, by partition
 */
record ExportPosition(String topic, Map<Integer, Long> next) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a file.
   *
   * @param topic that is exported now
   * @return the end, or null if the file does not exist
   * @throws CommandFailedException if it belongs to another topic, or is damaged
   */
  static @Nullable ExportPosition read(Path file, String topic) {
    if (!Files.exists(file)) {
      return null;
    }
    Map<Integer, Long> next = new TreeMap<>();
    JsonNode root;
    try {
      root = JSON.readTree(file.toFile());
      Iterator<Map.Entry<String, JsonNode>> fields = root.path("next").fields();
      while (fields.hasNext()) {
        Map.Entry<String, JsonNode> field = fields.next();
        if (!field.getValue().canConvertToLong()) {
          throw new NumberFormatException("offset " + field.getValue());
        }
        next.put(Integer.valueOf(field.getKey()), field.getValue().longValue());
      }
    } catch (IOException | NumberFormatException e) {
      throw new CommandFailedException(damaged(file), e);
    }
    if (next.isEmpty()) {
      throw new CommandFailedException(damaged(file));
    }
    if (!root.path("topic").asText().equals(topic)) {
      throw new CommandFailedException(
          "--continue %s is of an export of %s, not of %s; give each topic its own file"
              .formatted(file, root.path("topic").asText(), topic));
    }
    return new ExportPosition(topic, next);
  }

  private static String damaged(Path file) {
    return "--continue %s is not a file of an export; remove it to begin again".formatted(file);
  }

  void write(Path file) throws IOException {
    ObjectNode root = JSON.createObjectNode().put("topic", topic);
    ObjectNode offsets = root.putObject("next");
    next.forEach((partition, offset) -> offsets.put(Integer.toString(partition), offset));
    AtomicFile.write(file, out -> JSON.writeValue(out, root));
  }
}
