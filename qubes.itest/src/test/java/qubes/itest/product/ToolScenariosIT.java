package qubes.itest.product;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The tools of the stock client against the product as it is shipped, with a real pool of files and
 * libvirt's test driver (spec client-expectations §2 to §5).
 */
class ToolScenariosIT {
    private static BuiltClone clone;
    private static Rehearsal rehearsal;

    @BeforeAll
    static void setTheStage() throws Exception {
        clone = BuiltClone.make();
        List<String> options =
                List.of(
                        "--home",
                        clone.room().resolve("home").toString(),
                        "--hypervisor",
                        BuiltClone.NO_GUESTS);
        Product product = clone.start(options).awaitReady();
        rehearsal = new Rehearsal(product.admin(), clone);
        for (Scenario scenario : Scenario.read("stage.txt")) {
            rehearsal.play(scenario);
        }
    }

    @AfterAll
    static void clear() throws IOException {
        clone.close();
    }

    @TestFactory
    @DisplayName("each tool's calls are answered as the tool needs it")
    Stream<DynamicTest> tools() throws IOException {
        List<Scenario> scenarios = Scenario.read("tools.txt");
        return scenarios.stream()
                .map(
                        scenario ->
                                DynamicTest.dynamicTest(
                                        scenario.title(), () -> rehearsal.play(scenario)));
    }
}
