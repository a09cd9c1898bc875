package qubes.testkit.catches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminMethodContractCatchesIT {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "NameWithBlank,       nameIsLegal",
        "WithoutName,         nameIsLegal",
        "OneOfOurs,           nameIsItsOwn",
        "OtherTraitsEachTime, traitsAreConstant",
        "AsksNobody,          sampleIsAnswered",
        "AsksNobody,          asksBeforeItActs",
        "ActsBeforeItAsks,    asksBeforeItActs",
        "ActsOnSomeArguments, refusedCallersChangeNothing",
        "FailsOnOddInput,     oddInputIsRefused",
        "ReadsAndWrites,      readsChangeNothing",
        "WaitsAtOnce,         instantNeverWaits",
        "OneAtATime,          answersManyAtOnce",
    })
    @DisplayName("a method that is wrong is caught by the claim about it")
    void catches(String wrong, String claim) throws Exception {
        Class<?> contract = Class.forName(WrongMethods.class.getName() + "$" + wrong);
        assertEquals(Set.of(claim), Caught.by(contract, claim));
    }
}
