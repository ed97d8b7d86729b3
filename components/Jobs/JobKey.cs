namespace Serverless.Jobs;

/// <summary>
/// Names a job among all tenants' jobs: the id of its actor and of its workflow, and what pools and workers call it. Two tenants may use the same
/// job id and never meet.
/// </summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The job's id.</param>
public readonly record struct JobKey(string Tenant, string Id)
{
    /// <summary>Shards of one group, which is a workflow of its own: shard n is of group n / 100.</summary>
    public const int ShardsPerGroup = 100;

    private const char Separator = ':';

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static JobKey Parse(string text) => text.IndexOf(Separator, StringComparison.Ordinal) is > 0 and var at
        ? new JobKey(text[..at], text[(at + 1)..])
        : throw new FormatException($"\"{text}\" is no key of a job: expected tenant:id.");

    /// <summary>The id of the workflow of one of its groups.</summary>
    public string GroupInstance(int group) => $"{this}-g{group}";

    /// <inheritdoc />
    public override string ToString() => $"{Tenant}{Separator}{Id}";
}
