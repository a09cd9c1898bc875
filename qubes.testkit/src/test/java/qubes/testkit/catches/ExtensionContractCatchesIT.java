package qubes.testkit.catches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtensionContractCatchesIT {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "HearsNothing,      subscribes",
        "WaitsToSubscribe,  subscribes",
        "Throws,            livesWithoutError",
        "RefusesTooLate,    refusesOnlyBefore",
        "WaitsUnderTheLock, doesNotWait",
        "StartsGuests,      leavesGuestsAlone",
        "CountsLoads,       hearsTwice",
        "LeavesAThread,     leavesNothing",
        "RefusesReads,      refusesNoReads",
        "HidesDomains,      refusesNoReads",
    })
    @DisplayName("an extension that is wrong is caught by the claim about it")
    void catches(String wrong, String claim) throws Exception {
        Class<?> contract = Class.forName(WrongExtensions.class.getName() + "$" + wrong);
        assertEquals(Set.of(claim), Caught.by(contract, claim));
    }
}
