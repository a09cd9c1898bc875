package qubes.vm.netvm;

import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;
import qubes.testkit.vm.DomainClassContract;

@DisplayName("klass NetVM")
class NetVMContractIT implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return new NetVMFactory();
    }
}
