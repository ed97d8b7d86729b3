using Serverless.Faults.Tests.Calls;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Load;

/// <summary>All kinds of work at once.</summary>
internal sealed class Everything(IRig rig, string prefix, int scale = 1) : IWork
{
    private readonly IWork[] _parts =
    [
        new Errands(rig, prefix, count: 2 * scale, width: 3 * scale),
        new Collections(rig, prefix, count: scale, items: 4 * scale),
        new Terminations(rig, prefix, count: 2 * scale),
        new Tallies(rig, prefix, count: 2 * scale, turns: 3 * scale, reminders: 3 * scale),
    ];

    public Task RunAsync() => Task.WhenAll(_parts.Select(part => part.RunAsync()));

    public async Task VerifyAsync()
    {
        foreach (var part in _parts)
        {
            await part.VerifyAsync();
        }

        foreach (var id in await rig.Workflows.ListAsync())
        {
            if (id.StartsWith(prefix, StringComparison.Ordinal))
            {
                WorkflowCalls.IsFinal((await rig.Workflows.GetAsync(id)).WorkflowState).ShouldBeTrue($"{id} has not ended although all work is done");
            }
        }
    }
}
