namespace Serverless.Contracts.Errors;

/// <summary>The stable name of every error that the product reports. What each means for the work: <see cref="ErrorTable"/>.</summary>
public static class ErrorCodes
{
    /// <summary>A line or record of the input cannot be read.</summary>
    public const string BadLine = "bad_line";

    /// <summary>A template names a column that the row does not have.</summary>
    public const string MissingColumn = "missing_column";

    /// <summary>A template failed on the row, or went past its limits.</summary>
    public const string Template = "template";

    /// <summary>The C# function that makes the prompt failed on the row.</summary>
    public const string Preprocess = "preprocess";

    /// <summary>The C# function that makes the output row failed on the row.</summary>
    public const string Postprocess = "postprocess";

    /// <summary>The row's prompt or sampling parameters are malformed or out of range.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The prompt does not fit into the model's context.</summary>
    public const string PromptTooLong = "prompt_too_long";

    /// <summary>The model's chat template refused the row's messages.</summary>
    public const string ChatTemplate = "chat_template";

    /// <summary>The engine failed on the row.</summary>
    public const string EngineRow = "engine_row";

    /// <summary>A value does not fit the type of its output column.</summary>
    public const string ValueMismatch = "value_mismatch";

    /// <summary>The row took its worker down.</summary>
    public const string PoisonRow = "poison_row";

    /// <summary>The row was stopped with its job.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The row was stopped at the job's deadline.</summary>
    public const string Expired = "expired";

    /// <summary>A blob, a disk or a network did not answer.</summary>
    public const string Io = "io";

    /// <summary>The disk is full, or this user may not write there.</summary>
    public const string Storage = "storage";

    /// <summary>The worker that had the shard is gone.</summary>
    public const string WorkerLost = "worker_lost";

    /// <summary>The engine failed as a whole, with every row in it.</summary>
    public const string EngineFailed = "engine_failed";

    /// <summary>A node's GPU, its driver or a CUDA library does not work: no fault of the job's, which goes to other nodes while there are any.</summary>
    public const string Device = "device";

    /// <summary>The job's document is wrong.</summary>
    public const string InvalidSpec = "invalid_spec";

    /// <summary>The job asks for something that this version cannot do.</summary>
    public const string NotSupported = "not_supported";

    /// <summary>There is no input, or it is not readable as what it claims to be.</summary>
    public const string InvalidInput = "invalid_input";

    /// <summary>An input file changed while the job was reading it.</summary>
    public const string InputChanged = "input_changed";

    /// <summary>The output folder holds something else.</summary>
    public const string OutputNotEmpty = "output_not_empty";

    /// <summary>The output folder contradicts itself: parts that no run of this job can have written.</summary>
    public const string OutputCorrupt = "output_corrupt";

    /// <summary>The model cannot be loaded.</summary>
    public const string Model = "model";

    /// <summary>The model's hub or server refuses: it asks for a token or a key, or for another one.</summary>
    public const string ModelAccess = "model_access";

    /// <summary>There is not enough memory for the model.</summary>
    public const string OutOfMemory = "out_of_memory";

    /// <summary>A row failed and the job says <c>on_row_error: fail</c>.</summary>
    public const string RowFailed = "row_failed";

    /// <summary>More rows failed than <c>max_error_rate</c> allows.</summary>
    public const string TooManyErrors = "too_many_errors";

    /// <summary>No worker could take the job in the time that it allowed.</summary>
    public const string NoCapacity = "no_capacity";

    /// <summary>The job is larger than its tenant may have them.</summary>
    public const string QuotaExceeded = "quota_exceeded";

    /// <summary>A defect of the product.</summary>
    public const string Internal = "internal";
}
