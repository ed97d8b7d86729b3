using System.Diagnostics.Metrics;

namespace Serverless.Api.Queue;

/// <summary>Messages of the queue, by what became of them.</summary>
internal static class QueueInstruments
{
    private static readonly Meter Meter = new("Serverless.Queue");
    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("serverless.queue.messages", "{message}", "Messages of the queue of jobs, by outcome");

    /// <summary>It is a job now, or was before.</summary>
    public static void Accepted() => Count("accepted");

    /// <summary>It can never be a job.</summary>
    public static void DeadLettered() => Count("dead_lettered");

    /// <summary>It comes again.</summary>
    public static void Refused() => Count("refused");

    private static void Count(string outcome) => Messages.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
