package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceContextTest {
  private static final Instant MORNING = Instant.parse("2026-03-02T08:00:00Z");
  private static final Instant NIGHT = Instant.parse("2026-03-02T23:30:00Z");

  @Test
  void shouldBeAnAttributeOfTheFrame() {
    SourceContext context = SourceContext.parse("product");
    assertThat(context.of(Map.of("product", "cap 30"), NIGHT)).isEqualTo("cap 30");
    assertThat(context.of(Map.of("lot", "7"), NIGHT)).isEmpty();
    assertThat(context.of(Map.of("product", "x".repeat(90) + "\n"), NIGHT)).hasSize(64);
    assertThat(context.of(Map.of("product", "a\nb"), NIGHT)).isEqualTo("a b");
  }

  @Test
  void shouldFollowASchedule() {
    SourceContext context = SourceContext.parse("day: 06:00-22:00 Europe/Berlin");
    assertThat(context.of(Map.of(), MORNING)).isEqualTo("day");
    assertThat(context.of(Map.of(), NIGHT)).isEqualTo("not day");
  }

  @Test
  void shouldJoinParts() {
    SourceContext context = SourceContext.parse("product + day: 06:00-22:00 UTC");
    assertThat(context.of(Map.of("product", "A"), MORNING)).isEqualTo("A day");
    assertThat(context.of(Map.of("product", "A"), NIGHT)).isEqualTo("A not day");
    assertThat(SourceContext.parse(context.toString())).isEqualTo(context);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "+", "product +", "a b", "day: always", "day: 06:00-22:00 Nowhere"})
  void shouldRefuseWhatIsNone(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SourceContext.parse(text))
        .withMessageContaining("expected such as product");
  }
}
