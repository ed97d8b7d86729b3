using Serverless.Contracts.Results;

namespace Serverless.Processing.Jobs;

/// <summary>Told what becomes of the rows of an attempt, as it happens.</summary>
internal interface IShardProgress
{
    /// <summary>A row has an answer or an error.</summary>
    void RowDone(Usage usage);

    /// <summary>A row has an error.</summary>
    /// <returns>Rows of the job that failed so far, as far as this process knows.</returns>
    long RowFailed();

    /// <summary>The attempt ended without a part: its rows will come again.</summary>
    void AttemptLost(long rows, long failed);
}
