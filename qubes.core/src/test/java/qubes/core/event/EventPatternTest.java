package qubes.core.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventPatternTest {
    @ParameterizedTest(name = "{0} hears {1}: {2}")
    @CsvSource({
        "*, anything, true",
        "foo, foo, true",
        "foo, Foo, false",
        "foo, foobar, false",
        "property-set:*, property-set:netvm, true",
        "property-set:*, property-set:, true",
        "property-set:*, property-pre-set:netvm, false",
        "*:netvm, property-reset:netvm, true",
        "property-?et:netvm, property-set:netvm, true",
        "property-?et:netvm, property-reset:netvm, false",
        "domain-tag-add:[ab], domain-tag-add:a, true",
        "domain-tag-add:[ab], domain-tag-add:ab, false",
        "domain-tag-add:[!ab], domain-tag-add:c, true",
        "domain-tag-add:[!ab], domain-tag-add:a, false",
        "domain-tag-add:[a-c]*, domain-tag-add:bcd, true",
        "domain-tag-add:[a-c]*, domain-tag-add:dcb, false",
        "x[]]y, x]y, true",
        "x[!]]y, x]y, false",
        "x[!]]y, xzy, true",
        "x[^a]y, x^y, true",
        "x[^a]y, xay, true",
        "x[a-]y, x-y, true",
        "x[c-a]y, xby, false",
        "x[!c-a]y, xby, true",
        "x[ab, x[ab, true",
        "x[, x[, true",
        "x[!, x[!, true",
        "x], x], true",
        "a.b, axb, false",
        "a\\E+b, a\\E+b, true",
        "a\\E[+]b, a\\E+b, true",
    })
    @DisplayName("A pattern over wire names means what it means to a shell")
    void matches(String pattern, String name, boolean heard) {
        assertEquals(
                heard, EventPattern.of(Event.class, pattern).matches(Lifecycle.Init.class, name));
    }
}
