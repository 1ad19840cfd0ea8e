package dev.residua.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import org.junit.jupiter.api.Test;

class RecordShapeTest {
  private record Reading(String name, int count, double value) {
    Reading {
      if (count < 0) {
        throw new IllegalArgumentException("count is negative");
      }
    }
  }

  @Test
  void shouldReadAndMakeARecord() {
    // Given
    RecordShape shape = RecordShape.of(Reading.class);
    // When
    Object made = shape.make(new Object[] {"level", 3, 0.5});
    // Then
    assertThat(made).isEqualTo(new Reading("level", 3, 0.5));
    assertThat(shape.components())
        .extracting(RecordComponent::getName)
        .containsExactly("name", "count", "value");
    assertThat(shape.get(0, made)).isEqualTo("level");
    assertThat(shape.get(1, made)).isEqualTo(3);
    assertThat(shape.get(2, made)).isEqualTo(0.5);
    assertThat(RecordShape.of(Reading.class)).isSameAs(shape);
  }

  @Test
  void shouldPassOnTheRefusalOfTheConstructor() {
    assertThatThrownBy(() -> RecordShape.of(Reading.class).make(new Object[] {"level", -1, 0.5}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count is negative");
  }

  @Test
  void shouldRefuseATypeThatIsNotARecord() {
    assertThatThrownBy(() -> RecordShape.of(String.class)).hasMessageContaining("not a record");
  }
}
