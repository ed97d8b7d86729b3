using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests;

/// <summary>One app and one sidecar for the tests of a class: each test kills what it wants to.</summary>
public sealed class RigFixture : IAsyncLifetime
{
    private Rig? _rig;

    internal Rig Rig => _rig!;

    public async ValueTask InitializeAsync() => _rig = await Rig.StartAsync();

    public ValueTask DisposeAsync() => _rig?.DisposeAsync() ?? ValueTask.CompletedTask;
}
