using Microsoft.Extensions.Options;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Hosting;

/// <summary>How nodes, placement groups and pools behave.</summary>
public sealed class PlacementOptions
{
    /// <summary>How long a node or a replica may be silent before it is lost. Default: 30 s.</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long what was prepared on a node is held without being committed. Default: 60 s.</summary>
    public TimeSpan PrepareTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a replica that nobody needs stays loaded, unless another pool waits for room. Default: 5 min.</summary>
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often pools and placement groups look after what they wait for, by reminders. Default: 10 s.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a lost node is shown. Default: 1 h.</summary>
    public TimeSpan NodeMemory { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The shortest and the longest pause before an engine that failed to load is tried elsewhere; it doubles. Default: 5 s and 5 min.</summary>
    public TimeSpan ShortestBackoff { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="ShortestBackoff" />
    public TimeSpan LongestBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Kinds of nodes that may come. Default: none, which means any: then nothing is infeasible, it waits.</summary>
    public IList<NodePool> NodePools { get; } = [];

    /// <summary>Called at each named point (<see cref="Groups.PlacementPoints"/>) between two steps of a placement, for fault tests. Default: null.</summary>
    public Action<string>? OnPoint { get; set; }
}

/// <summary>Refuses options that cannot work, at the start.</summary>
internal sealed class PlacementOptionsValidator : IValidateOptions<PlacementOptions>
{
    public ValidateOptionsResult Validate(string? name, PlacementOptions options)
    {
        var faults = new List<string>();
        foreach (var (setting, value) in new[]
        {
            (nameof(options.LeaseTime), options.LeaseTime), (nameof(options.PrepareTime), options.PrepareTime), (nameof(options.IdleTime), options.IdleTime),
            (nameof(options.SweepInterval), options.SweepInterval), (nameof(options.NodeMemory), options.NodeMemory),
            (nameof(options.ShortestBackoff), options.ShortestBackoff), (nameof(options.LongestBackoff), options.LongestBackoff),
        })
        {
            if (value <= TimeSpan.Zero)
            {
                faults.Add($"{setting} is {value}: give a time above zero.");
            }
        }

        if (options.SweepInterval > options.LeaseTime)
        {
            faults.Add($"SweepInterval ({options.SweepInterval}) is longer than LeaseTime ({options.LeaseTime}): what is lost would be noticed late. Give a shorter SweepInterval.");
        }

        if (options.LongestBackoff < options.ShortestBackoff)
        {
            faults.Add($"LongestBackoff ({options.LongestBackoff}) is shorter than ShortestBackoff ({options.ShortestBackoff}).");
        }

        faults.AddRange(options.NodePools.GroupBy(pool => pool.Name).Where(group => group.Count() > 1).Select(group => $"Two node pools are named \"{group.Key}\": names are unique."));
        faults.AddRange(options.NodePools.Where(pool => pool.MaxNodes < 1 || pool.Accelerators < 0 || pool.Resources.Values.Any(value => !(value >= 0 && value <= 1e18)))
            .Select(pool => $"Node pool \"{pool.Name}\": MaxNodes is at least 1, Accelerators and Resources are not negative."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
