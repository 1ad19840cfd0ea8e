package dev.residua.docs;

import dev.residua.source.SettingTable.Field;
import dev.residua.source.SourceRule;
import dev.residua.testing.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documents of the settings of a rule; {@code -Dresidua.golden.write=true} writes them. */
class SettingDocumentsTest {
  private static final Path PAGE = Path.of("src/docs/sources.md");
  private static final Path API = Path.of("src/app/main/resources/META-INF/resources/openapi.yaml");

  @Test
  void shouldListEverySettingInThePage() throws IOException {
    assertBlock(PAGE, "|---|---|---|\n", "\n\n", SettingDocumentsTest::row);
  }

  @Test
  void shouldListEverySettingInTheApi() throws IOException {
    assertBlock(
        API,
        "# settings: written by SettingDocumentsTest\n",
        "\n                # end of settings",
        SettingDocumentsTest::property);
  }

  private static void assertBlock(
      Path file, String before, String after, Function<Field<?>, String> line) throws IOException {
    String text = Files.readString(file);
    int start = text.indexOf(before, text.indexOf("## The settings")) + before.length();
    Documents.assertIs(
        file,
        text.substring(0, start)
            + SourceRule.SETTINGS.fields().stream().map(line).collect(Collectors.joining("\n"))
            + text.substring(text.indexOf(after, start - 1)));
  }

  static String row(Field<?> setting) {
    String bounds = setting.description().min();
    return "| `%s` | %s%s | %s |"
        .formatted(
            setting.name(),
            setting.description().effect(),
            bounds.isEmpty() ? "" : "; " + bounds + " to " + setting.description().max(),
            setting.description().unset());
  }

  private static String property(Field<?> setting) {
    String type = setting.type().json();
    return "                %s: {type: %s%s, description: '%s'}"
        .formatted(
            setting.name(),
            type,
            type.equals("object")
                ? ", additionalProperties: {type: string}"
                : type.equals("string") && !setting.type().choices().isEmpty()
                    ? ", enum: " + setting.type().choices()
                    : "",
            setting.effect().replace("'", "''"));
  }
}
