package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.cli.console.SettingOptions;
import dev.residua.source.Setting;
import dev.residua.source.SettingTable;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** A new setting is a component of the rule and a field of its schema. */
class NewSettingTest {
  /** A rule with a setting that only this test knows. */
  record Rule(
      @Setting(effect = "names of the sources", unset = "required") SourceGlob match,
      @Setting(
              effect = "time between two [cleanings](x.md) of the lens, such as `7d`",
              unset = "never cleaned",
              min = "PT1H",
              max = "P30D")
          @Nullable Duration cleaningEvery) {
    static final SettingTable<Rule> SETTINGS = new SettingTable<>(Rule.class, () -> Rule.PLAIN);
    static final Rule PLAIN = new Rule(new SourceGlob("*"), null);

    Rule {
      SETTINGS.check("made-up", match, cleaningEvery);
    }
  }

  private static final Rule WEEKLY = new Rule(new SourceGlob("*"), Duration.ofDays(7));

  @Command(name = "set")
  static final class SetCommand {}

  @Test
  void shouldReadAndWriteTheSettingAsPeopleDo() {
    // When
    Rule read = Rule.SETTINGS.apply(Rule.PLAIN, Map.of("cleaningEvery", "7d"));

    // Then
    assertThat(read).isEqualTo(WEEKLY);
    assertThat(Rule.SETTINGS.of(read)).isEqualTo(Map.of("match", "*", "cleaningEvery", "P7D"));
    assertThat(Rule.SETTINGS.differences(Rule.PLAIN, read))
        .containsExactly("cleaningEvery: (default) -> P7D");
    assertThatThrownBy(() -> Rule.SETTINGS.apply(read, Map.of("cleaningEvery", "1m")))
        .hasMessage("source rule 'made-up': cleaningEvery was 'PT1M'; expected PT1H to P30D");
  }

  @Test
  void shouldStoreTheSettingInTheFieldOfItsSchema() {
    // Given
    Schema schema =
        SchemaBuilder.record("Rule")
            .namespace("made.up")
            .fields()
            .requiredString("match")
            .optionalLong("cleaningEveryMillis")
            .endRecord();
    AvroCodec<Rule> codec = AvroCodec.of(Rule.class, schema).withDefaults(Rule.PLAIN);

    // When
    IndexedRecord record = codec.toAvro(WEEKLY);

    // Then
    assertThat(record).hasToString("{\"match\": \"*\", \"cleaningEveryMillis\": 604800000}");
    assertThat(codec.toJava(record)).isEqualTo(WEEKLY);
    assertThat(codec.toJava(codec.toAvro(Rule.PLAIN))).isEqualTo(Rule.PLAIN);
  }

  @Test
  void shouldOfferTheSettingOnTheCommandLine() {
    // Given
    SettingOptions options = new SettingOptions(Rule.SETTINGS.fields());
    CommandSpec command = CommandSpec.forAnnotatedObject(new SetCommand());
    options.addTo(command);
    CommandLine line = new CommandLine(command);

    // When
    line.parseArgs("--cleaning-every", "7d");

    // Then
    assertThat(Rule.SETTINGS.apply(Rule.PLAIN, options.given())).isEqualTo(WEEKLY);
    assertThat(line.getUsageMessage())
        .containsPattern("--cleaning-every=DURATION\\s+Time between two cleanings of the\\s+lens");
  }

  @Test
  void shouldNameASettingNowhereElseThanInTheRule() throws IOException {
    // Given
    List<Path> derived;
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      derived =
          files
              .filter(file -> file.toString().contains("/main/"))
              .filter(
                  file ->
                      file.getFileName()
                          .toString()
                          .matches("Setting.*java|SourceRules?[A-Z].*java|settings.js"))
              .toList();
    }

    // When, Then
    assertThat(derived).hasSizeGreaterThan(9);
    for (Path file : derived) {
      String text = Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", "");
      assertThat(SourceRule.SETTINGS.names())
          .filteredOn(name -> name.matches(".*[A-Z].*"))
          .as("settings in %s", file)
          .hasSize(7)
          .noneMatch(text::contains);
    }
  }
}
