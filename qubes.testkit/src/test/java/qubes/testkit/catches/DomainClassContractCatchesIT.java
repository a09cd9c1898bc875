package qubes.testkit.catches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainClassContractCatchesIT {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "OtherTraitsEachTime,  traitsAreConstant",
        "NameOfTheCore,        klassIsLegal",
        "NameWithBlank,        klassIsLegal",
        "Undocumented,         propertiesAreDocumented",
        "OtherType,            propertiesAreDocumented",
        "UnreadableDefault,    defaultsCanBeRead",
        "NoDefault,            defaultsCanBeRead",
        "WaitsInCreate,        createIsQuick",
        "ChangesInCreate,      createIsQuick",
        "OverridesWhatIsAsked, prepareKeepsWhatWasAsked",
        "ForgetsAtRestart,     survivesRestart",
        "ComesBackOtherwise,   leavesAndComesBack",
        "RefusesClones,        cloneKeepsProperties",
        "LeavesATrace,         isRemoved",
        "DoesNotStart,         startsAndEnds",
        "HandlerThrows,        livesWithoutError",
    })
    @DisplayName("a klass that is wrong is caught by the claim about it")
    void catches(String wrong, String claim) throws Exception {
        Class<?> contract = Class.forName(WrongKlasses.class.getName() + "$" + wrong);
        assertEquals(Set.of(claim), Caught.by(contract, claim));
    }
}
