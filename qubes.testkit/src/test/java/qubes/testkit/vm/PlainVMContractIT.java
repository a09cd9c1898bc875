package qubes.testkit.vm;

import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;

@DisplayName("a klass without peculiarities")
class PlainVMContractIT implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return PlainVM.factory("PlainVM");
    }
}
