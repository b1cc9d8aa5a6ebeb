// A thousand test images and series through the networks of the sheet.
import "./forward.test";
