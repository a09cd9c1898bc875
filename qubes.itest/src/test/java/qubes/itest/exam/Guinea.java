package qubes.itest.exam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleContext;
import org.osgi.service.packageadmin.PackageAdmin;
import org.osgi.service.startlevel.StartLevel;
import qubes.testkit.exam.InjectService;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;

/**
 * A test class for {@link PaxExamIT} to run; some of its tests fail on purpose, so its name is not
 * that of a test.
 */
@ExtendWith(PaxExam.class)
@SuppressWarnings("deprecation") // services that every framework has
class Guinea {
    /** Methods called once per class, in order; only the copy inside the container sees calls. */
    private static final List<String> ONCE = new ArrayList<>();

    @InjectService private StartLevel field;
    @Inject private PackageAdmin inject;
    private boolean prepared;

    @Configuration
    static Option[] system() {
        return options(QubesExam.options());
    }

    @BeforeAll
    static void beforeAll(BundleContext context, @InjectService StartLevel service) {
        assertNotNull(service);
        ONCE.add("beforeAll in " + context.getBundle().getSymbolicName());
    }

    @AfterAll
    static void afterAll() {
        assertTrue(ONCE.contains("beforeAll in probe." + Guinea.class.getName()));
        System.setProperty("guinea.afterAll", "ran inside");
    }

    @BeforeEach
    void prepare(@InjectService StartLevel service) {
        assertEquals(5, service.getStartLevel());
        prepared = true;
    }

    @Test
    void passes(BundleContext context) {
        assertTrue(prepared);
        assertEquals(5, field.getStartLevel());
        assertNotNull(inject);
        assertEquals("org.apache.felix.framework", context.getBundle(0).getSymbolicName());
        assertEquals(List.of("beforeAll in " + context.getBundle().getSymbolicName()), ONCE);
    }

    @Test
    void passesAgain() {
        assertEquals(1, ONCE.size());
    }

    @Test
    void failsAnAssertion() {
        assertEquals("expected", "actual");
    }

    @Test
    void throwsAnException() {
        throw new NoSuchElementException("inside");
    }

    @Test
    void assumesInVain() {
        assumeTrue(false, "not here");
    }

    @Test
    void asksForAServiceThatIsNotThere(
            @InjectService(filter = "(klass=Nope)", timeoutSeconds = 1) StartLevel nope) {
        throw new AssertionError("injected " + nope);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void takesParameters(int number) {
        assertTrue(prepared);
        assertTrue(number < 3, () -> number + " is refused");
    }

    @TestFactory
    Stream<DynamicTest> factory() {
        return Stream.of();
    }

    @Nested
    class Inner {
        @InjectService private StartLevel inner;

        @Test
        void passesNested() {
            assertTrue(prepared);
            assertEquals(5, inner.getStartLevel());
        }
    }
}
