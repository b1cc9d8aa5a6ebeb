// The steps of the networks at the sheet's own size, and the 20,000 steps of the CNN.
import "./graph-step.test";
import "./replacements.test";
