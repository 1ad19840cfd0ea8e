package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {
  @Test
  void shouldOrderNamesAsPeopleCount() {
    // Given
    List<String> ordered =
        List.of(
            "a/img1.png",
            "a/img2.png",
            "a/img10.png",
            "a b/img0.png",
            "img2.png",
            "Img3.png",
            "img003b.png",
            "img10.png",
            "img99999999999999999999.png",
            "img100000000000000000000.png",
            "z.png");
    List<String> names = new ArrayList<>(ordered);
    Collections.shuffle(names, new Random(3));

    // When
    names.sort(new NaturalOrder());

    // Then
    assertThat(names).isEqualTo(ordered);
  }

  @Test
  void shouldTellApartNamesOfTheSameNumber() {
    NaturalOrder order = new NaturalOrder();
    assertThat(order.compare("a01", "a1")).isNegative();
    assertThat(order.compare("a1", "a01")).isPositive();
    assertThat(order.compare("a1", "a1")).isZero();
    assertThat(order.compare("A1", "a1")).isNegative();
  }
}
