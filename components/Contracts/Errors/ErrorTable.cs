using System.Collections.Frozen;
using static Serverless.Contracts.Errors.ErrorClass;

namespace Serverless.Contracts.Errors;

/// <summary>The one place where errors are classed.</summary>
public static class ErrorTable
{
    static readonly FrozenDictionary<string, ErrorClass> Classes = new Dictionary<string, ErrorClass>
    {
        [ErrorCodes.BadLine] = Row,
        [ErrorCodes.MissingColumn] = Row,
        [ErrorCodes.Template] = Row,
        [ErrorCodes.Preprocess] = Row,
        [ErrorCodes.Postprocess] = Row,
        [ErrorCodes.InvalidRequest] = Row,
        [ErrorCodes.PromptTooLong] = Row,
        [ErrorCodes.ChatTemplate] = Row,
        [ErrorCodes.EngineRow] = Row,
        [ErrorCodes.ValueMismatch] = Row,
        [ErrorCodes.Cancelled] = Row,
        [ErrorCodes.Expired] = Row,
        [ErrorCodes.PoisonRow] = Poison,
        [ErrorCodes.Io] = Transient,
        [ErrorCodes.Device] = Transient,
        [ErrorCodes.WorkerLost] = WorkerLost,
        [ErrorCodes.EngineFailed] = WorkerLost,
        [ErrorCodes.Storage] = Permanent,
        [ErrorCodes.InvalidSpec] = Permanent,
        [ErrorCodes.NotSupported] = Permanent,
        [ErrorCodes.InvalidInput] = Permanent,
        [ErrorCodes.InputChanged] = Permanent,
        [ErrorCodes.OutputNotEmpty] = Permanent,
        [ErrorCodes.OutputCorrupt] = Permanent,
        [ErrorCodes.Model] = Permanent,
        [ErrorCodes.ModelAccess] = Permanent,
        [ErrorCodes.OutOfMemory] = Permanent,
        [ErrorCodes.RowFailed] = Permanent,
        [ErrorCodes.TooManyErrors] = Permanent,
        [ErrorCodes.NoCapacity] = Permanent,
        [ErrorCodes.QuotaExceeded] = Permanent,
        [ErrorCodes.Internal] = Permanent,
    }.ToFrozenDictionary();

    /// <summary>Every code, with its class.</summary>
    public static IReadOnlyDictionary<string, ErrorClass> All => Classes;

    /// <summary>What a code means for the work it struck. A code from a newer version is permanent: it cannot be known that it passes.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    public static ErrorClass ClassOf(string code) => Classes.GetValueOrDefault(code, Permanent);
}
