using System.Text.Json.Serialization;

namespace Serverless.Contracts.Errors;

/// <summary>What an error means for the work it struck.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ErrorClass>))]
public enum ErrorClass
{
    /// <summary>It may pass: try again after a pause, elsewhere if possible.</summary>
    [JsonStringEnumMemberName("transient")]
    Transient,

    /// <summary>The worker is gone: give its shards to others at once.</summary>
    [JsonStringEnumMemberName("worker_lost")]
    WorkerLost,

    /// <summary>A row takes its worker down: find it and record it as an error.</summary>
    [JsonStringEnumMemberName("poison")]
    Poison,

    /// <summary>It will be so every time: the job fails and says why.</summary>
    [JsonStringEnumMemberName("permanent")]
    Permanent,

    /// <summary>One row cannot be answered; the others can.</summary>
    [JsonStringEnumMemberName("row")]
    Row,
}
