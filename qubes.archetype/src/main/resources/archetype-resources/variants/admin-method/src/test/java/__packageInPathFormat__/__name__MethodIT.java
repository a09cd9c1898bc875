package ${package};

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleContext;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;

/** The bundle in the system as it is shipped, called through its socket. */
@ExtendWith(PaxExam.class)
class ${name}MethodIT {
    @Configuration
    static Option[] system() {
        return options(QubesExam.options(), QubesExam.bundleOf(${name}Method.class));
    }

    @ParameterizedTest(name = "${artifactId}.Greet{0}: {1}")
    @CsvSource(
            delimiter = ';',
            value = {
                "+hello ; 0|hello, dom0",
                "''     ; 2|ProtocolError",
                "+HELLO ; 2|ProtocolError",
            })
    @DisplayName("Greets with a word")
    void greets(String argument, String reply, BundleContext context) throws Exception {
        String answer = AdminClient.of(context).call("${artifactId}.Greet" + argument, "dom0");
        assertTrue(answer.startsWith(reply), answer);
    }
}
